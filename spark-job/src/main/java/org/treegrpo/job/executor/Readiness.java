package org.treegrpo.job.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.job.files.FileSystems;

/**
 * Whether an executor can take part in a run: an answer and no exception, as Spark would try a task
 * that fails again, and as those of all executors are told together.
 *
 * @param problem why it cannot, with its name and host where they matter; empty where it can
 * @param ofInput whether that is what the user gave, and not this executor or its host
 */
public record Readiness(String problem, boolean ofInput) {

  /** What makes it ready, or throws. */
  @FunctionalInterface
  interface Work {
    void run();
  }

  public boolean isReady() {
    return problem.isEmpty();
  }

  static Readiness after(Work work, TaskContext context) {
    try {
      work.run();
      return new Readiness("", false);
    } catch (RuntimeException | LinkageError problem) { // each executor's own
      if (context.isInterrupted()) {
        throw problem;
      }
      return problem instanceof NetworkException || problem instanceof UnusableInputException
          ? new Readiness(String.valueOf(problem.getMessage()), true)
          : new Readiness(told(problem), false);
    }
  }

  private static String told(Throwable problem) {
    String here = ExecutorRuntime.here();
    if (problem instanceof UncheckedIOException unreadable) {
      IOException cause = unreadable.getCause();
      return "%s: %s; what a run reads must lie where driver and executors find it by the same path"
          .formatted(here, cause == null ? problem : FileSystems.reason(cause));
    }
    String message = problem.getMessage();
    if (message == null) {
      return "%s: %s".formatted(here, problem);
    }
    return message.startsWith(here) ? message : "%s: %s".formatted(here, message);
  }
}
