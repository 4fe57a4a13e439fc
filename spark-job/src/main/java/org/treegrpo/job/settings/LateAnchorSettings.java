package org.treegrpo.job.settings;

/**
 * The late anchor (ALGORITHMS.md section 3.3): the block {@code update.late-anchor}.
 *
 * @param beta weight; 0 = none
 * @param rows leaves a step and round
 */
public record LateAnchorSettings(double beta, int rows) {

  static LateAnchorSettings read(SettingsReader reader) {
    return new LateAnchorSettings(
        reader.decimal("beta", Range.atLeast(0)), reader.integer("rows", 1, Integer.MAX_VALUE));
  }
}
