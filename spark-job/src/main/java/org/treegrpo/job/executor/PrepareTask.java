package org.treegrpo.job.executor;

import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.job.spark.BlockTask;

/**
 * Opens what a run needs on an executor, so that none of its rounds pays for it, or fails by it.
 */
public record PrepareTask(Broadcast<RunSpec> run) implements BlockTask<String> {

  /** Why this executor cannot take part, with its name and host; empty where it can. */
  @Override
  public String run(int block, TaskContext context) {
    try {
      ExecutorRuntime.of(run).openSlots();
      return "";
    } catch (RuntimeException | LinkageError problem) { // each executor's own, told together
      if (context.isInterrupted()) {
        throw problem;
      }
      return told(problem);
    }
  }

  private static String told(Throwable problem) {
    String here = ExecutorRuntime.here();
    if (problem instanceof UncheckedIOException unreadable) {
      return "%s: %s; what a run reads must lie where driver and executors find it by the same path"
          .formatted(here, unreadable.getCause());
    }
    String message = problem.getMessage();
    if (message == null) {
      return "%s: %s".formatted(here, problem);
    }
    return message.startsWith(here) ? message : "%s: %s".formatted(here, message);
  }
}
