package org.treegrpo.core.tree;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.transition.AffineStep;
import org.treegrpo.core.transition.Sampler;

/** Deterministic denoising in batches of at most {@code maxBatch} rows. */
public final class OdeSampler {

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
    advance(latents, conditioning, 0, sampler.steps());
    return latents;
  }

  /** Takes the steps {@code from .. to-1} in place. */
  void advance(float[] latents, List<Conditioning> conditioning, int from, int to) {
    int elements = denoiser.elements();
    int rows = conditioning.size();
    if (latents.length != (long) rows * elements) {
      throw new IllegalArgumentException(
          "%d latent elements do not make %d rows of %d".formatted(latents.length, rows, elements));
    }
    if (from == to) {
      return;
    }
    for (int first = 0; first < rows; first += maxBatch) {
      int end = Math.min(rows, first + maxBatch);
      float[] chunk = Arrays.copyOfRange(latents, first * elements, end * elements);
      float[] outputs = new float[chunk.length];
      List<Conditioning> chunkConditioning = conditioning.subList(first, end);
      for (int t = from; t < to; t++) {
        AffineStep step = sampler.odeStep(t);
        denoiser.predict(chunk, step.timestep(), chunkConditioning, outputs);
        step.advance(chunk, outputs);
      }
      System.arraycopy(chunk, 0, latents, first * elements, chunk.length);
    }
  }
}
