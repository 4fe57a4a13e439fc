package org.treegrpo.core.transition;

import org.treegrpo.core.process.AffineStep;

/**
 * How far a step's mean has moved, dmu = mu_old - mu_theta with mu_old = x' - s z (ALGORITHMS.md
 * section 3.1).
 *
 * @param alongNoise mean(dmu z)
 * @param squared mean(dmu^2)
 */
public record NoiseShift(double alongNoise, double squared) {

  /**
   * The shift of one row of a batch.
   *
   * @param latents batch of x
   * @param outputs batch of network outputs under theta
   * @param offset of the row in both
   * @param next x', {@code [D]}
   * @param noise z, {@code [D]}
   */
  public static NoiseShift of(
      AffineStep step, float[] latents, float[] outputs, int offset, float[] next, float[] noise) {
    double along = 0;
    double squares = 0;
    for (int i = 0; i < next.length; i++) {
      double old = next[i] - step.noiseStd() * noise[i];
      double shift = old - step.mean(latents[offset + i], outputs[offset + i]);
      along += shift * noise[i];
      squares += shift * shift;
    }
    return new NoiseShift(along / next.length, squares / next.length);
  }
}
