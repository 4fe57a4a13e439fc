package org.treegrpo.core.objective;

/**
 * What holds the policy to its base while it learns (ALGORITHMS.md sections 1.5 and 3.3); 0
 * switches a penalty off.
 *
 * @param kl beta of the KL of two Gaussian steps with the same noise, beta mean((mu_theta -
 *     mu_ref)^2) / (2 s^2); of edges only
 * @param velocityKl beta of beta mean((v_theta - v_ref)^2), v being the network's output
 * @param normGuard lambda of lambda max(0, |v_theta| / |v_ref| - 1)^2
 */
public record Penalties(double kl, double velocityKl, double normGuard) {

  /** None. */
  public static final Penalties NONE = new Penalties(0, 0, 0);

  public Penalties {
    requireWeight("kl", kl);
    requireWeight("velocity-kl", velocityKl);
    requireWeight("norm-guard", normGuard);
  }

  /** Whether any of them compares with the base. */
  public boolean needReference() {
    return kl > 0 || velocityKl > 0 || normGuard > 0;
  }

  /**
   * Derivative of an edge's KL by mean((mu_theta - mu_ref)^2), beta / (2 s^2); the cotangent of
   * mu_theta is therefore {@code 2 slope (mu_theta - mu_ref) / D}.
   *
   * @param noiseStd s, positive
   */
  public double klSlope(double noiseStd) {
    if (!(noiseStd > 0)) {
      throw new IllegalArgumentException(
          "the noise std of a trained step must be positive, was " + noiseStd);
    }
    return kl / (2 * noiseStd * noiseStd);
  }

  /**
   * Velocity KL and norm guard of one row, and their derivative.
   *
   * @param weight of the row in the loss
   * @param output batch of v_theta
   * @param reference batch of v_ref
   * @param offset of the row in both
   * @param gradient of the row by v_theta, {@code [D]}; added to
   * @return weight times the penalties
   */
  public double addOutputPenalties(
      double weight, float[] output, float[] reference, int offset, double[] gradient) {
    double loss = 0;
    if (velocityKl > 0) {
      loss += addVelocityKl(weight * velocityKl, output, reference, offset, gradient);
    }
    if (normGuard > 0) {
      loss += addNormGuard(weight * normGuard, output, reference, offset, gradient);
    }
    return loss;
  }

  /**
   * The velocity KL of one row.
   *
   * @param factor weight times beta
   * @return factor mean((v_theta - v_ref)^2)
   */
  public static double addVelocityKl(
      double factor, float[] output, float[] reference, int offset, double[] gradient) {
    double squares = 0;
    for (int i = 0; i < gradient.length; i++) {
      double difference = (double) output[offset + i] - reference[offset + i];
      squares += difference * difference;
      gradient[i] += 2 * factor / gradient.length * difference;
    }
    return factor * squares / gradient.length;
  }

  private static double addNormGuard(
      double factor, float[] output, float[] reference, int offset, double[] gradient) {
    double norm = norm(output, offset, gradient.length);
    double ofReference = norm(reference, offset, gradient.length);
    double excess = norm / ofReference - 1;
    if (!(excess > 0) || ofReference == 0) {
      return 0;
    }
    double slope = 2 * factor * excess / (norm * ofReference);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += slope * output[offset + i];
    }
    return factor * excess * excess;
  }

  private static double norm(float[] values, int offset, int length) {
    double squares = 0;
    for (int i = offset; i < offset + length; i++) {
      squares += (double) values[i] * values[i];
    }
    return Math.sqrt(squares);
  }

  private static void requireWeight(String name, double weight) {
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException(name + " must be finite and at least 0, was " + weight);
    }
  }
}
