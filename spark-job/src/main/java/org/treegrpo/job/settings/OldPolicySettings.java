package org.treegrpo.job.settings;

/**
 * The moving average that rollouts are drawn with where the learner asks for it: the block {@code
 * update.old-policy}. After a round its decay is min(rate x optimizer steps taken, most).
 */
public record OldPolicySettings(double rate, double most) {

  static OldPolicySettings read(SettingsReader reader) {
    return new OldPolicySettings(
        reader.decimal("rate", Range.atLeast(0)), reader.decimal("most", Range.halfOpen(0, 1)));
  }
}
