package org.treegrpo.job.executor;

import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.job.round.PolicyProbe;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.WeightBroadcast;

/** Runs a user's networks once where they will run, before the first round. */
public record ProbeTask(Broadcast<RunSpec> run, WeightBroadcast weights)
    implements BlockTask<Integer> {

  /**
   * @return rows that were tried
   * @throws org.treegrpo.core.policy.NetworkException if a network does not keep its contract
   */
  @Override
  public Integer run(int block, TaskContext context) {
    ExecutorRuntime runtime = ExecutorRuntime.of(run);
    PolicySlot slot = runtime.borrow(weights);
    try {
      new PolicyProbe(runtime.recipe()).run(slot.policy(), slot.decoder());
      return PolicyProbe.ROWS;
    } finally {
      runtime.giveBack(slot);
    }
  }
}
