package org.treegrpo.core.tree;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.Stretch;

/** Deterministic denoising in batches of at most {@code maxBatch} rows. */
public final class OdeSampler {

  private static final float[] NONE = {};

  private final Denoiser denoiser;
  private final Sampler sampler;
  private final int maxBatch;

  public OdeSampler(Denoiser denoiser, Sampler sampler, int maxBatch) {
    if (maxBatch < 1) {
      throw new IllegalArgumentException("max-batch: must be at least 1, was " + maxBatch);
    }
    this.denoiser = denoiser;
    this.sampler = sampler;
    this.maxBatch = maxBatch;
  }

  /**
   * Samples from given root noise.
   *
   * @param rootLatents x_0, {@code [N * D]}; unchanged
   * @param conditioning one per row
   * @return x_T, {@code [N * D]}
   */
  public float[] sample(float[] rootLatents, List<Conditioning> conditioning) {
    float[] latents = rootLatents.clone();
    advance(latents, conditioning, sampler.stretch(0, sampler.steps()), NONE);
    return latents;
  }

  /**
   * Samples with two networks, the second in the last steps (MixGRPO's hybrid inference).
   *
   * @param after steps that the first takes
   * @param last takes the others
   */
  public float[] sample(
      float[] rootLatents, List<Conditioning> conditioning, int after, Denoiser last) {
    float[] latents = rootLatents.clone();
    advance(latents, conditioning, sampler.stretch(0, after), NONE);
    new OdeSampler(last, sampler, maxBatch)
        .advance(latents, conditioning, sampler.stretch(after, sampler.steps()), NONE);
    return latents;
  }

  /**
   * Takes the steps of a stretch in place.
   *
   * @param clean x0hat of each row before the stretch, or empty, see {@link Stretch#begin}
   */
  void advance(float[] latents, List<Conditioning> conditioning, Stretch stretch, float[] clean) {
    int elements = denoiser.elements();
    int rows = conditioning.size();
    if (latents.length != (long) rows * elements) {
      throw new IllegalArgumentException(
          "%d latent elements do not make %d rows of %d".formatted(latents.length, rows, elements));
    }
    if (stretch.steps() == 0) {
      return;
    }
    for (int first = 0; first < rows; first += maxBatch) {
      int end = Math.min(rows, first + maxBatch);
      float[] chunk = Arrays.copyOfRange(latents, first * elements, end * elements);
      float[] outputs = new float[chunk.length];
      List<Conditioning> chunkConditioning = conditioning.subList(first, end);
      Stretch.Run run =
          stretch.begin(
              clean.length == 0
                  ? NONE
                  : Arrays.copyOfRange(clean, first * elements, end * elements));
      for (int step = 0; step < stretch.steps(); step++) {
        denoiser.predict(chunk, stretch.modelTime(step), chunkConditioning, outputs);
        run.advance(step, chunk, outputs);
      }
      System.arraycopy(chunk, 0, latents, first * elements, chunk.length);
    }
  }
}
