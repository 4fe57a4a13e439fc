package org.treegrpo.job.settings;

import java.time.Duration;

/**
 * The Spark cluster that a run works on.
 *
 * @param startTimeout how long the first executor is waited for
 * @param cpu which kinds of processors may compute together
 * @param slowTaskAfter how long a task runs before it is named; then again after as long
 */
public record ClusterSettings(Duration startTimeout, Cpu cpu, Duration slowTaskAfter) {

  private static final Duration LONGEST = Duration.ofDays(7);

  /** Which kinds of processors may compute together. */
  public enum Cpu {
    /** One kind: others are refused. */
    SAME,
    /** Any with AVX2, all held to the same kernels. */
    BASELINE
  }

  static ClusterSettings read(SettingsReader reader) {
    return new ClusterSettings(
        reader.duration("start-timeout", Duration.ofSeconds(1), LONGEST),
        reader.choice("cpu", Cpu.class),
        reader.duration("slow-task-after", Duration.ofSeconds(1), LONGEST));
  }
}
