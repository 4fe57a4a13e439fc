package org.treegrpo.core.process;

/** Noise levels of rectified flow: T + 1 values falling from 1 to 0. Model time is sigma * 1000. */
public enum SigmaSchedule {
  /**
   * The schedule of diffusers' flow-match Euler scheduler with 1000 training steps: evenly spaced
   * from 1 to the shifted sigma_min, then shifted (so sigma_min is shifted twice), then 0.
   */
  FLOW_MATCH_EULER {
    @Override
    double unshifted(int t, int steps, double shift) {
      double lowest = shifted(1.0 / TRAINING_STEPS, shift);
      return steps == 1 ? 1 : 1 + t * (lowest - 1) / (steps - 1);
    }
  },
  /** Evenly spaced from 1 to 0, then shifted (DanceGRPO, MixGRPO). */
  LINSPACE_SHIFT {
    @Override
    double unshifted(int t, int steps, double shift) {
      return 1 - (double) t / steps;
    }
  };

  /** The shift of SD3.5 and FLUX-like models. */
  public static final double DEFAULT_SHIFT = 3.0;

  private static final int TRAINING_STEPS = 1000;

  abstract double unshifted(int t, int steps, double shift);

  /**
   * sigma_0 = 1 .. sigma_T = 0.
   *
   * @param steps T, at least 1
   * @param shift positive; 1 leaves the values evenly spaced
   */
  public double[] sigmas(int steps, double shift) {
    double[] sigmas = new double[steps + 1];
    for (int t = 0; t < steps; t++) {
      sigmas[t] = shifted(unshifted(t, steps, shift), shift);
    }
    return sigmas;
  }

  static double shifted(double sigma, double shift) {
    return shift * sigma / (1 + (shift - 1) * sigma);
  }
}
