package org.treegrpo.job.guard;

/**
 * What a guard has measured.
 *
 * @param value in the unit of its threshold
 * @param beyond whether it lies at the threshold or beyond
 * @param text the value for people
 */
record Measured(double value, boolean beyond, String text) {

  /** Nothing that can be judged. */
  static final Measured NOTHING = new Measured(Double.NaN, false, "");
}
