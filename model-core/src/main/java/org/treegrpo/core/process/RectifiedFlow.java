package org.treegrpo.core.process;

/**
 * Rectified flow, x = (1 - sigma) x_data + sigma eps, with a velocity output v = eps - x_data
 * (ALGORITHMS.md section 2.1). Its time is sigma, 1..0.
 *
 * @param schedule noise levels of a rollout
 * @param shift of the schedule
 */
public record RectifiedFlow(SigmaSchedule schedule, double shift) implements NoiseProcess {

  private static final double TIME_SCALE = 1000;

  @Override
  public double signal(double sigma) {
    return 1 - sigma;
  }

  @Override
  public double noise(double sigma) {
    return sigma;
  }

  @Override
  public Target target(double sigma) {
    return new Target(-1, 1);
  }

  @Override
  public CleanEstimate clean(double sigma) {
    return new CleanEstimate(1, -sigma);
  }

  @Override
  public double time(double fraction) {
    return fraction;
  }

  @Override
  public float modelTime(double sigma) {
    return (float) (sigma * TIME_SCALE);
  }

  /** The Euler step. */
  @Override
  public AffineStep deterministic(double sigma, double next) {
    return new AffineStep(1, next - sigma, 0, LogProbKind.GAUSSIAN, modelTime(sigma));
  }

  /**
   * Noise levels that are evenly spaced before the shift: MixGRPO-Flash's tail (ALGORITHMS.md
   * section 3.1).
   *
   * @param from the first of them
   * @param steps how many follow; the last one is 0
   */
  public double[] evenly(double from, int steps) {
    double unshifted = from / (shift - (shift - 1) * from);
    double[] sigmas = new double[steps + 1];
    sigmas[0] = from;
    for (int i = 1; i < steps; i++) {
      sigmas[i] = SigmaSchedule.shifted(unshifted * (steps - i) / steps, shift);
    }
    return sigmas;
  }

  @Override
  public double interval(double sigma, double next) {
    return sigma - next;
  }

  @Override
  public double[] times(int steps) {
    return schedule.sigmas(steps, shift);
  }
}
