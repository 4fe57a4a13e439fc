package org.treegrpo.job.settings;

/**
 * What a night does besides training and judging.
 *
 * @param approval whether a person has to approve of what has passed the gate
 * @param webhook http or https address that is told how a night ended; empty = none
 */
public record NightlySettings(boolean approval, String webhook) {

  static NightlySettings read(SettingsReader reader) {
    String webhook = reader.text("webhook");
    if (!webhook.isEmpty() && !webhook.matches("(?i)https?://[^\\s/]+.*")) {
      reader.problem("webhook", "must be an http or https address, or empty", "");
    }
    return new NightlySettings(reader.flag("approval"), webhook);
  }
}
