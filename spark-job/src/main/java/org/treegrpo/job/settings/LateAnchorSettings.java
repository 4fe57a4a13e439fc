package org.treegrpo.job.settings;

/**
 * The late anchor (ALGORITHMS.md section 3.3): the block {@code update.late-anchor}.
 *
 * @param beta weight; 0 = none
 * @param rows leaves a step and round
 * @param steps how many of the last steps
 */
public record LateAnchorSettings(double beta, int rows, int steps) {

  static LateAnchorSettings read(SettingsReader reader) {
    return new LateAnchorSettings(
        reader.decimal("beta", Range.atLeast(0)),
        reader.integer("rows", 1, Integer.MAX_VALUE),
        reader.integer("steps", 1, 1000));
  }
}
