package org.treegrpo.core.process;

/**
 * One denoising step. Every transition is affine in the network's output: mu = {@code latent} x +
 * {@code output} out, x' = mu + {@code noiseStd} z with z ~ N(0, I).
 *
 * <p>Coefficients and arithmetic are float64, states and outputs float32: x' is rounded before its
 * log-probability is taken (ALGORITHMS.md section 2.3).
 *
 * @param latent coefficient of x
 * @param output coefficient of the network's output
 * @param noiseStd s, 0 for a deterministic step
 * @param kind form of the log-probability
 * @param timestep model time of x, 0..1000
 */
public record AffineStep(
    double latent, double output, double noiseStd, LogProbKind kind, float timestep) {

  /** mu of one element. */
  public double mean(float x, float out) {
    return latent * x + output * out;
  }

  /** Replaces each x of {@code latents} by its mu: one deterministic step of a whole batch. */
  public void advance(float[] latents, float[] outputs) {
    for (int i = 0; i < latents.length; i++) {
      latents[i] = (float) mean(latents[i], outputs[i]);
    }
  }

  /**
   * One stochastic step of one row.
   *
   * @param latents batch of x
   * @param outputs batch of network outputs
   * @param offset of the row in both
   * @param noise z, {@code [D]}
   * @param next receives x', {@code [D]}
   */
  public void sample(float[] latents, float[] outputs, int offset, float[] noise, float[] next) {
    for (int i = 0; i < next.length; i++) {
      next[i] = (float) (mean(latents[offset + i], outputs[offset + i]) + noiseStd * noise[i]);
    }
  }

  /**
   * The factor f of d(mean log-prob)/d(out_i) = f (x'_i - mu_i).
   *
   * @param elements D
   */
  public double scoreFactor(int elements) {
    return switch (kind) {
      case GAUSSIAN -> output / (noiseStd * noiseStd * elements);
      case MEAN_SQUARED -> 2 * output / elements;
    };
  }
}
