package org.treegrpo.job.settings;

/**
 * Exponential moving average of the weights.
 *
 * @param decay of one optimizer step
 */
public record EmaSettings(boolean enabled, double decay) {

  static EmaSettings read(SettingsReader reader) {
    return new EmaSettings(reader.flag("enabled"), reader.decimal("decay", Range.open(0, 1)));
  }
}
