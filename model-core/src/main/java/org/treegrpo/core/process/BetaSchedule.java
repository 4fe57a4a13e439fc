package org.treegrpo.core.process;

/** How beta, the share of the variance that a training step replaces by noise, grows. */
public enum BetaSchedule {
  /** Evenly spaced. */
  LINEAR {
    @Override
    double beta(int i, int steps, double start, double end) {
      return between(i, steps, start, end);
    }
  },
  /** The squares of evenly spaced roots (Stable Diffusion). */
  SCALED_LINEAR {
    @Override
    double beta(int i, int steps, double start, double end) {
      double root = between(i, steps, Math.sqrt(start), Math.sqrt(end));
      return root * root;
    }
  },
  /** What makes abar a squared cosine, at most 0.999 (Nichol and Dhariwal, 2021). */
  SQUAREDCOS_CAP_V2 {
    @Override
    double beta(int i, int steps, double start, double end) {
      return Math.min(1 - cosine(i + 1, steps) / cosine(i, steps), LARGEST);
    }
  };

  private static final double LARGEST = 0.999;
  private static final double OFFSET = 0.008;

  /**
   * Beta of training step {@code i}.
   *
   * @param steps training steps in all, at least 2
   * @param start beta of the first; the cosine has no use for it
   * @param end beta of the last; the cosine has no use for it
   */
  abstract double beta(int i, int steps, double start, double end);

  private static double between(int i, int steps, double start, double end) {
    return start + i * (end - start) / (steps - 1);
  }

  private static double cosine(int i, int steps) {
    double root = StrictMath.cos(((double) i / steps + OFFSET) / (1 + OFFSET) * Math.PI / 2);
    return root * root;
  }
}
