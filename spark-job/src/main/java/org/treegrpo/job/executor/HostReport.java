package org.treegrpo.job.executor;

import org.jspecify.annotations.Nullable;

/**
 * What an executor is, before a run.
 *
 * @param executor its id
 * @param heap of its JVM at most, in MiB
 * @param memory of its machine, or of its container where that is limited, in MiB
 * @param processors that its JVM may use
 * @param kind null where that cannot be told
 * @param problem why it cannot take part; empty where it can
 */
public record HostReport(
    String executor,
    String host,
    long heap,
    long memory,
    int processors,
    @Nullable HostKind kind,
    String problem) {

  /** Whether its networks run on a GPU, as the settings want it and Spark assigns one. */
  public boolean isOnGpu() {
    return kind != null && !kind.device().equals(HostKind.CPU);
  }

  /** For messages. */
  public String name() {
    return "executor %s on %s".formatted(executor, host);
  }
}
