package org.treegrpo.job.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
  private static final String MINUS = "−";

  /** A smaller difference of scores is shown as none. */
  private static final double SMALLEST_DIFFERENCE = 0.0005;

  private Figures() {}

  /** Three significant digits, or a dash for NaN. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    double size = Math.abs(value);
    String sign = value < 0 ? MINUS : "";
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      return sign + String.format(Locale.ROOT, "%.2e", size);
    }
    int decimals = size >= 100 || size == Math.rint(size) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return sign + String.format(Locale.ROOT, "%,." + decimals + "f", size);
  }

  /** With its sign, for differences and advantages. */
  static String signed(double value) {
    return (value > 0 ? "+" : "") + number(value);
  }

  /** A difference of scores, which lie in the thousandths. */
  static String difference(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    return Math.abs(value) < SMALLEST_DIFFERENCE
        ? "±0"
        : String.format(Locale.ROOT, "%+.3f", value).replace("-", MINUS);
  }

  /** The mean of values ± their standard deviation; a dash where there are none. */
  static String spread(double[] values) {
    if (values.length == 0) {
      return "–";
    }
    String mean = number(ComparisonData.mean(values));
    return values.length == 1 ? mean : mean + " ± " + number(ComparisonData.std(values));
  }

  /** A further term of a sum. */
  static String term(double value) {
    return (value < 0 ? MINUS : "+") + " " + number(Math.abs(value));
  }

  /** A value of an axis: no more digits than it needs. */
  static String tick(double value) {
    String number = number(value);
    return number.matches("[^.e]*\\.[0-9]*0+") ? number.replaceFirst("\\.?0+$", "") : number;
  }

  /** A share as a percentage. */
  static String percent(double share) {
    return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.0f%%", 100 * share);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A duration in its two largest units. */
  static String duration(double seconds) {
    if (Double.isNaN(seconds)) {
      return "–";
    }
    if (seconds > 0 && seconds < 0.1) {
      return number(1000 * seconds) + " ms";
    }
    if (seconds < 60) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }
    return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
  }
}
