package org.treegrpo.core.transition;

import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseProcess;

/**
 * The SDE of Flow-GRPO with g = eta sqrt(sigma / (1 - sigma)); at sigma = 1, where g would be
 * infinite, the next sigma stands in (ALGORITHMS.md section 2.1).
 */
public record FlowSde() implements Transition {

  @Override
  public String name() {
    return "flow-sde";
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
    double belowOne = sigma == 1 ? next : sigma;
    return DanceSde.diffusing(process, sigma, next, eta * Math.sqrt(sigma / (1 - belowOne)));
  }
}
