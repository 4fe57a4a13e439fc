package org.treegrpo.core.tree;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.LogProbKind;
import org.treegrpo.core.transition.Sampler;

/**
 * Grows the trees of a share (ALGORITHMS.md section 1.1). All trees advance together: deterministic
 * steps up to the window, k children per node and window step from one evaluation of the parent,
 * deterministic steps to the end. Rows are batched by depth in the order of the seeds, at most
 * {@link TreeSettings#maxBatch} at a time.
 *
 * <p>Keep one grower per policy for the whole run: it reuses the off-heap buffers of closed shares.
 * One thread at a time, as the denoiser; shares may be closed from any thread.
 */
public final class TreeGrower {

  private static final int NO_PREVIEW = -1;

  private final Denoiser denoiser;
  private final Sampler sampler;
  private final TreeSettings settings;
  private final OdeSampler odeSampler;
  private final Function<RoundKey, NodeNoise> noise;
  private final SlabPool pool = new SlabPool();

  public TreeGrower(Denoiser denoiser, Sampler sampler, TreeSettings settings) {
    this(
        denoiser,
        sampler,
        settings,
        key -> new NoiseSource(key.runSeed(), key.round(), settings.rootNoise()));
  }

  /** With noise of the caller's choice. */
  TreeGrower(
      Denoiser denoiser,
      Sampler sampler,
      TreeSettings settings,
      Function<RoundKey, NodeNoise> noise) {
    this.denoiser = denoiser;
    this.sampler = sampler;
    this.settings = settings;
    this.noise = noise;
    odeSampler = new OdeSampler(denoiser, sampler, settings.maxBatch());
  }

  /** Grows all seeds; the caller closes the result. */
  public GrownShare grow(RoundKey key, List<TreeSeed> seeds) {
    return growth(key, seeds, NO_PREVIEW);
  }

  /**
   * The same, and keeps the clean estimates of the window parents of one seed.
   *
   * @param previewSeed index of the seed in {@code seeds}
   */
  public GrownShare grow(RoundKey key, List<TreeSeed> seeds, int previewSeed) {
    return growth(key, seeds, Objects.checkIndex(previewSeed, seeds.size()));
  }

  private GrownShare growth(RoundKey key, List<TreeSeed> seeds, int previewSeed) {
    checkWindow(key.windowStart());
    checkSeeds(seeds);
    Growth growth =
        new Growth(denoiser, sampler, settings, odeSampler, noise.apply(key), seeds, previewSeed);
    return growth.grow(key.windowStart(), pool);
  }

  private void checkWindow(int start) {
    int width = settings.shape().width();
    if (start < 0 || start > sampler.steps() - width) {
      throw new IllegalArgumentException(
          "window: %d steps from %d do not fit into %d steps"
              .formatted(width, start, sampler.steps()));
    }
    for (int t = start; t < start + width; t++) {
      AffineStep step = sampler.sdeStep(t);
      boolean noiseless = step.kind() == LogProbKind.MEAN_SQUARED && t == sampler.steps() - 1;
      if (!(step.noiseStd() > 0) && !noiseless) {
        throw new IllegalArgumentException(
            "step %d of the window has no noise, so its edges have no log-probability; use a"
                    .formatted(t)
                + " stochastic transition with eta > 0");
      }
    }
  }

  private void checkSeeds(List<TreeSeed> seeds) {
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("a share needs at least one seed");
    }
    TreeShape shape = settings.shape();
    for (TreeSeed seed : seeds) {
      boolean valid = seed.prefix().depth() <= shape.width();
      for (int index : seed.prefix().indices()) {
        valid &= index >= 0 && index < shape.branching();
      }
      if (!valid) {
        throw new IllegalArgumentException(
            "prefix '%s' of prompt %s, tree %d is not a path of a tree with branching %d and width %d"
                .formatted(
                    seed.prefix(), seed.promptId(), seed.tree(), shape.branching(), shape.width()));
      }
    }
  }
}
