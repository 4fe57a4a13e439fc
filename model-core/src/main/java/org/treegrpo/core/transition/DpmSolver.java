package org.treegrpo.core.transition;

import org.treegrpo.core.process.CleanEstimate;
import org.treegrpo.core.process.RectifiedFlow;

/**
 * DPM-Solver++(2M) from a noise level of a flow to 0 (ALGORITHMS.md section 3): alpha = 1 - sigma,
 * lambda = log(alpha / sigma), x' = (sigma' / sigma) x - alpha' (e^-h - 1) (x0hat + D1 / 2), D1 =
 * (x0hat - x0hat of the step before) h / h of the step before. Its first step is of first order
 * where there is nothing before, and so is the last, at whose end lambda is infinite.
 *
 * @param sigmas of the steps, the last one 0
 * @param before sigma of the step before the first one
 */
record DpmSolver(RectifiedFlow process, double[] sigmas, double before) implements Stretch {

  @Override
  public int steps() {
    return sigmas.length - 1;
  }

  @Override
  public float modelTime(int step) {
    return process.modelTime(sigmas[step]);
  }

  @Override
  public Run begin(float[] clean) {
    return new Memory(clean);
  }

  private static double lambda(double sigma) {
    return StrictMath.log((1 - sigma) / sigma);
  }

  /** How much of the last change of x0hat is added, h / (2 h of the step before). */
  private double trend(int step, boolean hasMemory) {
    double next = sigmas[step + 1];
    if (!hasMemory || next == 0) {
      return 0;
    }
    double previous = step == 0 ? before : sigmas[step - 1];
    double h = lambda(next) - lambda(sigmas[step]);
    double hBefore = lambda(sigmas[step]) - lambda(previous);
    return Double.isInfinite(hBefore) || Double.isInfinite(h) ? 0 : h / (2 * hBefore);
  }

  private final class Memory implements Run {

    private float[] last;

    Memory(float[] last) {
      this.last = last;
    }

    @Override
    public void advance(int step, float[] latents, float[] outputs) {
      double sigma = sigmas[step];
      double next = sigmas[step + 1];
      // alpha' (1 - e^-h) = alpha' - sigma' alpha / sigma, without the logarithms
      double keep = next / sigma;
      double pull = 1 - next - keep * (1 - sigma);
      double trend = trend(step, last.length > 0);
      CleanEstimate estimate = process.clean(sigma);
      float[] clean = estimate.of(latents, outputs, 0, latents.length);
      for (int i = 0; i < latents.length; i++) {
        double target = trend == 0 ? clean[i] : clean[i] + trend * ((double) clean[i] - last[i]);
        latents[i] = (float) (keep * latents[i] + pull * target);
      }
      last = clean;
    }
  }
}
