package org.treegrpo.job.benchmark;

import java.util.Locale;

/**
 * What a figure must reach.
 *
 * @param number how the figure and the limit are printed, a format with its unit
 */
record Bar(Sense sense, double limit, String number) {

  /** Which side of the limit is good. */
  enum Sense {
    AT_LEAST,
    AT_MOST
  }

  static Bar atLeast(double limit, String number) {
    return new Bar(Sense.AT_LEAST, limit, number);
  }

  static Bar atMost(double limit, String number) {
    return new Bar(Sense.AT_MOST, limit, number);
  }

  String text() {
    return (sense == Sense.AT_LEAST ? "≥ " : "≤ ") + String.format(Locale.ROOT, number, limit);
  }

  /** {@code met}, or by how much it is missed. */
  String verdict(double value) {
    boolean met = sense == Sense.AT_LEAST ? value >= limit : value <= limit;
    if (met) {
      return "met";
    }
    return "**missed by " + String.format(Locale.ROOT, number, Math.abs(limit - value)) + "**";
  }
}
