package org.treegrpo.job.pretrain;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows how far a run is and when it will end: one line that is redrawn on a terminal, a plain line
 * now and then elsewhere.
 */
final class PretrainProgress {
  private static final int BAR = 24;
  private static final double SECONDS_BETWEEN_LINES = 30;
  private static final double SECONDS_BETWEEN_DRAWS = 0.5;

  private final PrintStream out;
  private final boolean terminal;
  private final int total;
  private final int first;
  private double lastShown = Double.NEGATIVE_INFINITY;

  /**
   * @param terminal whether {@code out} can redraw a line
   * @param first steps done before this run
   * @param total steps at the end
   */
  PretrainProgress(PrintStream out, boolean terminal, int first, int total) {
    this.out = out;
    this.terminal = terminal;
    this.first = first;
    this.total = total;
  }

  /** Called after each step; shows what is due. */
  void step(int step, double seconds, double loss) {
    double due = terminal ? SECONDS_BETWEEN_DRAWS : SECONDS_BETWEEN_LINES;
    if (seconds - lastShown < due && step < total) {
      return;
    }
    lastShown = seconds;
    String line = line(step, seconds, loss);
    if (terminal) {
      out.print("\r" + line + (step == total ? System.lineSeparator() : ""));
      out.flush();
    } else {
      out.println(line);
    }
  }

  /** Shows a line of its own. */
  void message(String text) {
    out.println((terminal ? System.lineSeparator() : "") + text);
  }

  private String line(int step, double seconds, double loss) {
    double perStep = seconds / Math.max(1, step - first);
    long left = Math.round(perStep * (total - step));
    int filled = (int) ((long) BAR * step / total);
    return String.format(
        Locale.ROOT,
        "pretrain [%s%s] step %d of %d, loss %.4f, %.2f s a step, %s left ",
        "#".repeat(filled),
        ".".repeat(BAR - filled),
        step,
        total,
        loss,
        perStep,
        clock(Duration.ofSeconds(left)));
  }

  private static String clock(Duration time) {
    return String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
