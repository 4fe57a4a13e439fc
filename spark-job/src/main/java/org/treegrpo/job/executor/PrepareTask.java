package org.treegrpo.job.executor;

import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.job.spark.BlockTask;

/**
 * Opens what a run needs on an executor, so that none of its rounds pays for it, or fails by it.
 */
public record PrepareTask(Broadcast<RunSpec> run) implements BlockTask<Readiness> {

  @Override
  public Readiness run(int block, TaskContext context) {
    return Readiness.after(() -> ExecutorRuntime.of(run).openSlots(), context);
  }
}
