package org.treegrpo.core.transition;

import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.LogProbKind;
import org.treegrpo.core.process.NoiseProcess;

/**
 * Coefficients-preserving sampling with s = sigma' sin(eta pi / 2); its log-probability has no
 * constants (ALGORITHMS.md section 2.1). The last step has no noise.
 */
public record Cps() implements Transition {

  @Override
  public String name() {
    return "cps";
  }

  @Override
  public Family family() {
    return Family.FLOW;
  }

  @Override
  public double largestEta() {
    return 1;
  }

  @Override
  public AffineStep step(NoiseProcess process, double sigma, double next, double eta) {
    double s = next * StrictMath.sin(eta * StrictMath.PI / 2);
    double noise = Math.sqrt(Math.max(0, next * next - s * s));
    return new AffineStep(
        1 - next + noise,
        -(1 - next) * sigma + noise * (1 - sigma),
        s,
        LogProbKind.MEAN_SQUARED,
        process.modelTime(sigma));
  }
}
