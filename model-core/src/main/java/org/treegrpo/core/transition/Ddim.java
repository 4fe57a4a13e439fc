package org.treegrpo.core.transition;

import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.process.VariancePreserving;

/** DDIM with s = eta sqrt((1 - abar') / (1 - abar) (1 - abar / abar')) (section 2.2). */
public record Ddim() implements Transition {

  @Override
  public String name() {
    return "ddim";
  }

  @Override
  public Family family() {
    return Family.DIFFUSION;
  }

  @Override
  public double largestEta() {
    return 1;
  }

  @Override
  public AffineStep step(NoiseProcess process, double time, double next, double eta) {
    VariancePreserving diffusion = (VariancePreserving) process;
    double alpha = diffusion.cumulativeAlpha(time);
    double previous = diffusion.cumulativeAlpha(next);
    double s = eta * Math.sqrt((1 - previous) / (1 - alpha) * (1 - alpha / previous));
    return diffusion.step(time, next, s);
  }
}
