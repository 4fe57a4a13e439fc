package org.treegrpo.job.executor;

import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.job.spark.BlockTask;

/** Opens what a run needs on an executor, so that none of its rounds pays for it. */
public record PrepareTask(Broadcast<RunSpec> run) implements BlockTask<Integer> {

  /** Networks that are open afterwards. */
  @Override
  public Integer run(int block, TaskContext context) {
    return ExecutorRuntime.of(run).openSlots();
  }
}
