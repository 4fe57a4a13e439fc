package org.treegrpo.job.plan;

import org.treegrpo.job.settings.PolicySettings.Device;

/**
 * What a run's hosts must have at the very least, in bytes: the vectors that lie there at the same
 * time, in any case. {@link SparkMemory} is what to ask for, with everything else.
 *
 * @param driverHeap the weights and a gradient; an average and an older policy where there are such
 * @param executorHeap the broadcast weights, and a gradient of each task
 * @param localHeap of a process that is both: the driver has no gradient yet while tasks compute
 *     theirs
 * @param executorNative where networks run on the CPU: one copy of the frozen weights, and of each
 *     task the trained ones and their gradient
 */
public record HostMemory(long driverHeap, long executorHeap, long localHeap, long executorNative) {

  /**
   * That of a plan.
   *
   * @param slots task slots of an executor; those that a round has no shares for are idle
   */
  public static HostMemory of(RunPlan plan, int slots) {
    long weights = plan.memory().weights();
    int tasks = Math.min(slots, plan.settings().tree().shares());
    boolean gpu = plan.settings().policy().device() == Device.GPU;
    long driver = plan.memory().driver() - SparkMemory.MOMENTS * weights;
    long executor = (1L + tasks) * weights;
    return new HostMemory(
        driver,
        executor,
        driver - weights + executor,
        gpu ? 0 : plan.device().frozen() + 2L * tasks * weights);
  }
}
