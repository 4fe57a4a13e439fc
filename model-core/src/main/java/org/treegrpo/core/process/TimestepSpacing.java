package org.treegrpo.core.process;

/** Which training steps a rollout visits, as the schedulers of diffusers choose them. */
public enum TimestepSpacing {
  /** Multiples of a whole number from the offset up; the last training steps may be left out. */
  LEADING {
    @Override
    double time(int fromEnd, int steps, int trainTimesteps, int offset) {
      return (double) fromEnd * Math.floorDiv(trainTimesteps, steps) + offset;
    }
  },
  /** Evenly down from the last training step; the first ones may be left out. */
  TRAILING {
    @Override
    double time(int fromEnd, int steps, int trainTimesteps, int offset) {
      double ratio = (double) trainTimesteps / steps;
      return Math.rint(trainTimesteps - (steps - 1 - fromEnd) * ratio) - 1;
    }
  },
  /** Evenly from the last training step to the first. */
  LINSPACE {
    @Override
    double time(int fromEnd, int steps, int trainTimesteps, int offset) {
      return Math.rint(fromEnd * ((trainTimesteps - 1.0) / (steps - 1)));
    }
  };

  /**
   * The time at which a step starts.
   *
   * @param fromEnd 0 for the last step, {@code steps} - 1 for the first
   * @param offset added to leading times
   */
  abstract double time(int fromEnd, int steps, int trainTimesteps, int offset);
}
