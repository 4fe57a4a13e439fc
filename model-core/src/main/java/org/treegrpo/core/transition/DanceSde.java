package org.treegrpo.core.transition;

import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.LogProbKind;
import org.treegrpo.core.process.NoiseProcess;

/** The SDE of DanceGRPO with constant g = eta (ALGORITHMS.md section 2.1). */
public record DanceSde() implements Transition {

  @Override
  public String name() {
    return "dance-sde";
  }

  @Override
  public Family family() {
    return Family.FLOW;
  }

  @Override
  public double largestEta() {
    return Double.POSITIVE_INFINITY;
  }

  @Override
  public AffineStep step(NoiseProcess process, double sigma, double next, double eta) {
    return diffusing(process, sigma, next, eta);
  }

  /** mu = x (1 + g^2 d / (2 sigma)) + v (1 + g^2 (1 - sigma) / (2 sigma)) d, s = g sqrt(-d). */
  static AffineStep diffusing(NoiseProcess process, double sigma, double next, double g) {
    double d = next - sigma;
    double drift = g * g / (2 * sigma);
    return new AffineStep(
        1 + drift * d,
        (1 + drift * (1 - sigma)) * d,
        g * Math.sqrt(-d),
        LogProbKind.GAUSSIAN,
        process.modelTime(sigma));
  }
}
