package org.treegrpo.core.transition;

import org.treegrpo.core.process.AffineStep;

/**
 * Log-probability of one edge (ALGORITHMS.md section 2.1). Sampling and replay both call it, so
 * equal inputs give a ratio of exactly 1.
 */
public final class LogProb {

  private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * StrictMath.PI);

  private LogProb() {}

  /**
   * Log-probability of {@code next} given one row of a batch, the mean over its D elements: what
   * ratios are made of. The sum is D times that.
   *
   * @param latents batch of x
   * @param outputs batch of network outputs
   * @param offset of the row in both
   * @param next x', {@code [D]}
   */
  public static double mean(
      AffineStep step, float[] latents, float[] outputs, int offset, float[] next) {
    double squares = 0;
    for (int i = 0; i < next.length; i++) {
      double residual = next[i] - step.mean(latents[offset + i], outputs[offset + i]);
      squares += residual * residual;
    }
    int elements = next.length;
    return switch (step.kind()) {
      case GAUSSIAN -> {
        double s = step.noiseStd();
        yield -squares / elements / (2 * s * s) - StrictMath.log(s) - HALF_LOG_TWO_PI;
      }
      case MEAN_SQUARED -> -squares / elements;
    };
  }
}
