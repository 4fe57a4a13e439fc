package org.treegrpo.job.settings;

import java.util.Locale;

/** An interval of real numbers, each end open, closed or infinite. */
record Range(double min, boolean minIncluded, double max, boolean maxIncluded) {

  static Range atLeast(double min) {
    return new Range(min, true, Double.POSITIVE_INFINITY, false);
  }

  static Range above(double min) {
    return new Range(min, false, Double.POSITIVE_INFINITY, false);
  }

  /** Both ends included. */
  static Range closed(double min, double max) {
    return new Range(min, true, max, true);
  }

  /** From {@code min} (excluded) to {@code max} (included). */
  static Range openClosed(double min, double max) {
    return new Range(min, false, max, true);
  }

  /** Both ends excluded. */
  static Range open(double min, double max) {
    return new Range(min, false, max, false);
  }

  /** From {@code min} (included) to {@code max} (excluded). */
  static Range halfOpen(double min, double max) {
    return new Range(min, true, max, false);
  }

  boolean contains(double value) {
    boolean aboveMin = minIncluded ? value >= min : value > min;
    boolean belowMax = maxIncluded ? value <= max : value < max;
    return aboveMin && belowMax && Double.isFinite(value);
  }

  /** Some value of the interval, to carry on with after an error. */
  double inside() {
    if (minIncluded) {
      return min;
    }
    return Double.isInfinite(max) ? min + 1 : (min + max) / 2;
  }

  String describe() {
    String lower = (minIncluded ? ">= " : "> ") + number(min);
    if (Double.isInfinite(max)) {
      return "a number " + lower;
    }
    return "a number " + lower + " and " + (maxIncluded ? "<= " : "< ") + number(max);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }
}
