package org.treegrpo.job.executor;

import org.jspecify.annotations.Nullable;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;

/**
 * All that an executor needs of a run besides the weights, broadcast once. The settings are those
 * that the driver has read and checked, secrets included; no executor reads a configuration.
 *
 * @param runId unique per process start
 * @param policyFiles of the policy directory
 * @param rewardFiles that the rewards name
 * @param trainPrompts JSONL
 * @param evaluationPrompts JSONL
 * @param taskSlots tasks that run at the same time on an executor; 1 until the cluster is known
 * @param host what every executor must be; null until they were looked at
 * @param reference what the policy is compared with; null where nothing does
 */
public record RunSpec(
    String runId,
    TrainSettings settings,
    PolicyFile[] policyFiles,
    RewardFile[] rewardFiles,
    byte[] trainPrompts,
    byte[] evaluationPrompts,
    int taskSlots,
    @Nullable HostKind host,
    @Nullable WeightBroadcast reference) {

  /** The same for executors of so many task slots. */
  public RunSpec withTaskSlots(int slots) {
    return with(slots, host);
  }

  /** The same for executors of one kind. */
  public RunSpec on(HostKind kind) {
    return with(taskSlots, kind);
  }

  /** Removes from driver and executors what was sent apart from this. */
  public void destroy() {
    if (reference != null) {
      reference.destroy();
    }
  }

  private RunSpec with(int slots, @Nullable HostKind kind) {
    return new RunSpec(
        runId,
        settings,
        policyFiles,
        rewardFiles,
        trainPrompts,
        evaluationPrompts,
        slots,
        kind,
        reference);
  }
}
