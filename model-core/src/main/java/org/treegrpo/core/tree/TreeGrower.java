package org.treegrpo.core.tree;

import java.util.Objects;
import java.util.function.Function;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.LogProbKind;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
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
    this(denoiser, sampler, settings, key -> new NoiseSource(key.runSeed(), key.round(), settings));
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

  /**
   * Grows all trees of a forest; the caller closes the result.
   *
   * @param conditioning of a prompt, by its id
   */
  public GrownShare grow(RoundKey key, Forest forest, Function<String, Conditioning> conditioning) {
    return growth(key, forest, conditioning, NO_PREVIEW);
  }

  /**
   * The same, and keeps the clean estimates of the parents of one tree.
   *
   * @param previewTree index of the tree in the forest
   */
  public GrownShare grow(
      RoundKey key, Forest forest, Function<String, Conditioning> conditioning, int previewTree) {
    return growth(
        key, forest, conditioning, Objects.checkIndex(previewTree, forest.trees().size()));
  }

  private GrownShare growth(
      RoundKey key, Forest forest, Function<String, Conditioning> conditioning, int previewTree) {
    checkSteps(forest.schedule());
    return new Growth(
            denoiser,
            sampler,
            settings,
            odeSampler,
            noise.apply(key),
            forest,
            conditioning,
            previewTree)
        .grow(pool);
  }

  private void checkSteps(BranchSchedule schedule) {
    if (schedule.steps() != sampler.steps()) {
      throw new IllegalArgumentException(
          "trees of %d steps do not grow with a sampler of %d"
              .formatted(schedule.steps(), sampler.steps()));
    }
    for (int t = schedule.start(); t < schedule.start() + schedule.depths(); t++) {
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
}
