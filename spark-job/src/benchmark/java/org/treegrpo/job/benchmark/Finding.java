package org.treegrpo.job.benchmark;

/**
 * One line of the table.
 *
 * @param name what was measured
 * @param bar what it must reach
 * @param measured median and extremes over the repetitions
 * @param verdict whether the median reaches the bar
 * @param raw the times behind it
 */
record Finding(String name, String bar, String measured, String verdict, String raw) {

  static Finding of(String name, Bar bar, Spread measured, String raw) {
    return new Finding(
        name, bar.text(), measured.format(bar.number()), bar.verdict(measured.median()), raw);
  }

  String markdown() {
    return "| " + String.join(" | ", name, bar, measured, verdict, raw) + " |";
  }
}
