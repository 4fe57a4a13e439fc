package org.treegrpo.core.tree;

import org.treegrpo.core.random.Keys;

/**
 * Where the SDE window of a round starts (ALGORITHMS.md section 1.2): a function of the round
 * alone, hence the same for every tree on every executor. Rounds count from 1.
 */
@FunctionalInterface
public interface WindowSchedule {

  /** First SDE step of {@code round}. */
  int start(int round);

  /**
   * Drawn anew each round from a truncated geometric, Pr[i] proportional to ratio^i on 0 ..
   * steps-width-1; ratio 1 is uniform. The last denoising step is never in a window.
   */
  static WindowSchedule random(long runSeed, int steps, int width, double ratio) {
    double[] probabilities = RandomWindow.probabilities(steps, width, ratio);
    return round -> RandomWindow.draw(runSeed, round, probabilities);
  }

  /**
   * Moves by {@code stride} every {@code period} rounds: 0, stride, 2 stride, .. The first start
   * beyond steps-width-1 is replaced by steps-width-1 (unless that one has just been visited) and
   * the next one is 0 again, so the window never shrinks and never holds the last denoising step.
   */
  static WindowSchedule shifting(int steps, int width, int stride, int period) {
    int last = lastStart(steps, width, "shifting");
    if (stride < 1 || period < 1) {
      throw new IllegalArgumentException(
          "window: stride and period must be at least 1, were %d and %d".formatted(stride, period));
    }
    int positions = (last + stride - 1) / stride + 1;
    return round -> Math.min((round - 1) / period % positions * stride, last);
  }

  /** Constant; the window may reach the last step. */
  static WindowSchedule fixed(int steps, int width, int start) {
    if (start < 0 || width < 1 || start > steps - width) {
      throw new IllegalArgumentException(
          "window: start %d with width %d must lie within 0..%d; start + width may be at most the"
                  .formatted(start, width, steps)
              + " number of steps");
    }
    return round -> start;
  }

  private static int lastStart(int steps, int width, String strategy) {
    int last = steps - width - 1;
    if (width < 1 || last < 0) {
      throw new IllegalArgumentException(
          "window: strategy %s needs 1 <= width < steps, was width %d of %d steps; use strategy fixed"
                  .formatted(strategy, width, steps)
              + " for a window over all steps");
    }
    return last;
  }

  /** The truncated geometric of {@link #random}. */
  final class RandomWindow {

    private RandomWindow() {}

    /** Pr[start = i], i = 0 .. steps-width-1. */
    public static double[] probabilities(int steps, int width, double ratio) {
      int last = lastStart(steps, width, "random");
      if (!(ratio > 0 && ratio <= 1)) {
        throw new IllegalArgumentException("window: ratio must be in (0, 1], was " + ratio);
      }
      double[] probabilities = new double[last + 1];
      double power = 1;
      double total = 0;
      for (int i = 0; i <= last; i++) {
        probabilities[i] = power;
        total += power;
        power *= ratio;
      }
      for (int i = 0; i <= last; i++) {
        probabilities[i] /= total;
      }
      return probabilities;
    }

    private static int draw(long runSeed, int round, double[] probabilities) {
      long key = Keys.of(runSeed, round, Keys.WINDOW);
      double uniform = Keys.uniform(key);
      double cumulative = 0;
      for (int i = 0; i < probabilities.length - 1; i++) {
        cumulative += probabilities[i];
        if (uniform < cumulative) {
          return i;
        }
      }
      return probabilities.length - 1;
    }
  }
}
