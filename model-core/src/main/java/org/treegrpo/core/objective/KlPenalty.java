package org.treegrpo.core.objective;

/**
 * beta KL(pi_theta || pi_ref) of two Gaussian steps with the same noise, as a mean over D: beta
 * mean((mu_theta - mu_ref)^2) / (2 s^2) (ALGORITHMS.md section 1.5).
 *
 * @param beta weight; 0 switches the penalty off
 */
public record KlPenalty(double beta) {

  public KlPenalty {
    if (!(beta >= 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException("kl beta must be finite and at least 0, was " + beta);
    }
  }

  /**
   * Derivative of an edge's penalty by mean((mu_theta - mu_ref)^2), beta / (2 s^2); the cotangent
   * of mu_theta is therefore {@code 2 slope (mu_theta - mu_ref) / D}.
   *
   * @param noiseStd s, positive
   */
  public double slope(double noiseStd) {
    if (!(noiseStd > 0)) {
      throw new IllegalArgumentException(
          "the noise std of a trained step must be positive, was " + noiseStd);
    }
    return beta / (2 * noiseStd * noiseStd);
  }
}
