package org.treegrpo.job.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.job.spark.BlockTask;

/**
 * Opens what a run needs on an executor, so that none of its rounds pays for it, or fails by it.
 */
public record PrepareTask(Broadcast<RunSpec> run) implements BlockTask<Readiness> {

  @Override
  public Readiness run(int block, TaskContext context) {
    try {
      ExecutorRuntime.of(run).openSlots();
      return Readiness.READY;
    } catch (RuntimeException | LinkageError problem) { // each executor's own, told together
      if (context.isInterrupted()) {
        throw problem;
      }
      return new Readiness(
          told(problem),
          problem instanceof NetworkException || problem instanceof UnusableInputException);
    }
  }

  private static String told(Throwable problem) {
    String here = ExecutorRuntime.here();
    if (problem instanceof UncheckedIOException unreadable) {
      return "%s: %s; what a run reads must lie where driver and executors find it by the same path"
          .formatted(here, reason(unreadable.getCause()));
    }
    String message = problem.getMessage();
    if (message == null) {
      return "%s: %s".formatted(here, problem);
    }
    return message.startsWith(here) ? message : "%s: %s".formatted(here, message);
  }

  /** Some exceptions of Java's say no more than a path; their names tell what is wrong with it. */
  private static String reason(@Nullable IOException cause) {
    return cause != null && cause.getClass() == IOException.class
        ? String.valueOf(cause.getMessage())
        : String.valueOf(cause);
  }
}
