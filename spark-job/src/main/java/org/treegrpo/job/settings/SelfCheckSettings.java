package org.treegrpo.job.settings;

/**
 * The start-up check that a replayed parent gives a ratio of 1 (ALGORITHMS.md section 2.3).
 *
 * @param tolerance of |ratio - 1|
 * @param parents how many are replayed; 0 = no check
 */
public record SelfCheckSettings(double tolerance, int parents) {

  static SelfCheckSettings read(SettingsReader reader) {
    return new SelfCheckSettings(
        reader.decimal("tolerance", Range.atLeast(0)),
        reader.integer("parents", 0, Integer.MAX_VALUE));
  }
}
