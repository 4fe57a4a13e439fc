package org.treegrpo.job.settings;

/**
 * What a run may spend at most, besides its rounds; 0 = no limit.
 *
 * @param seconds of growing, scoring, learning and updating
 * @param evaluations of the network while training
 * @param images leaves of the trees
 */
public record BudgetSettings(double seconds, long evaluations, long images) {

  static BudgetSettings read(SettingsReader reader) {
    return new BudgetSettings(
        reader.decimal("seconds", Range.atLeast(0)),
        reader.wholeNumber("evaluations", 0, Long.MAX_VALUE),
        reader.wholeNumber("images", 0, Long.MAX_VALUE));
  }
}
