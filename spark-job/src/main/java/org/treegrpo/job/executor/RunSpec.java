package org.treegrpo.job.executor;

import org.jspecify.annotations.Nullable;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.settings.TrainSettings;

/**
 * All that an executor needs of a run besides the weights, broadcast once. The settings are those
 * that the driver has read and checked, secrets included; no executor reads a configuration.
 *
 * @param runId unique per process start
 * @param policyFiles of the policy directory
 * @param trainPrompts JSONL
 * @param evaluationPrompts JSONL
 * @param taskSlots tasks that run at the same time on an executor; 1 until the cluster is known
 * @param host what every executor must be; null until they were looked at
 * @param referenceWeights little-endian float32 of what the policy is compared with; empty where
 *     nothing does
 */
public record RunSpec(
    String runId,
    TrainSettings settings,
    PolicyFile[] policyFiles,
    byte[] trainPrompts,
    byte[] evaluationPrompts,
    int taskSlots,
    @Nullable HostKind host,
    float[] referenceWeights) {

  /** The same for executors of so many task slots. */
  public RunSpec withTaskSlots(int slots) {
    return with(slots, host);
  }

  /** The same for executors of one kind. */
  public RunSpec on(HostKind kind) {
    return with(taskSlots, kind);
  }

  private RunSpec with(int slots, @Nullable HostKind kind) {
    return new RunSpec(
        runId,
        settings,
        policyFiles,
        trainPrompts,
        evaluationPrompts,
        slots,
        kind,
        referenceWeights);
  }
}
