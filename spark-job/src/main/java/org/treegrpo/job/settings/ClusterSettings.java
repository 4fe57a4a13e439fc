package org.treegrpo.job.settings;

import java.time.Duration;

/**
 * The Spark cluster that a run works on.
 *
 * @param startTimeout how long the first executor is waited for
 */
public record ClusterSettings(Duration startTimeout) {

  private static final Duration LONGEST = Duration.ofDays(7);

  static ClusterSettings read(SettingsReader reader) {
    return new ClusterSettings(reader.duration("start-timeout", Duration.ofSeconds(1), LONGEST));
  }
}
