package org.treegrpo.job.executor;

/**
 * Whether an executor can take part in a run.
 *
 * @param problem why it cannot; empty where it can
 * @param ofInput whether that is what the user gave, and not this executor or its host
 */
public record Readiness(String problem, boolean ofInput) {

  static final Readiness READY = new Readiness("", false);

  public boolean isReady() {
    return problem.isEmpty();
  }
}
