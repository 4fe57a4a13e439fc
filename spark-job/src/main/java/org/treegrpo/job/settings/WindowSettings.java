package org.treegrpo.job.settings;

import org.treegrpo.core.tree.WindowSchedule;

/**
 * Which consecutive denoising steps are SDE steps in a round (ALGORITHMS.md section 1.2); the same
 * for every tree of the round.
 *
 * @param ratio r of the truncated geometric law of {@code RANDOM}
 * @param start first step of a {@code FIXED} window
 * @param stride steps that {@code SHIFTING} moves by
 * @param period rounds between two moves of {@code SHIFTING}
 */
public record WindowSettings(Strategy strategy, double ratio, int start, int stride, int period) {

  /** How the start of the window is chosen. */
  public enum Strategy {
    RANDOM,
    SHIFTING,
    FIXED
  }

  /**
   * The latest step at which a window may start. Only a fixed window may hold the last step.
   *
   * @param steps T
   * @param width w
   * @return negative if no window fits
   */
  public int lastStart(int steps, int width) {
    return strategy == Strategy.FIXED ? steps - width : steps - width - 1;
  }

  /**
   * The schedule of window starts.
   *
   * @param runSeed of the random strategy
   * @param steps T
   * @param width w
   */
  public WindowSchedule schedule(long runSeed, int steps, int width) {
    if (width == 0) {
      return round -> 0;
    }
    return switch (strategy) {
      case RANDOM -> WindowSchedule.random(runSeed, steps, width, ratio);
      case SHIFTING -> WindowSchedule.shifting(steps, width, stride, period);
      case FIXED -> WindowSchedule.fixed(steps, width, start);
    };
  }

  static WindowSettings read(SettingsReader reader) {
    return new WindowSettings(
        reader.choice("strategy", Strategy.class),
        reader.decimal("ratio", Range.openClosed(0, 1)),
        reader.integer("start", 0, Integer.MAX_VALUE),
        reader.integer("stride", 1, Integer.MAX_VALUE),
        reader.integer("period", 1, Integer.MAX_VALUE));
  }
}
