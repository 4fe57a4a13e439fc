package org.treegrpo.job.plan;

/**
 * What a run's hosts must have at the very least, in bytes: the vectors of trained weights that
 * processes hold, and the tensors of networks on a CPU. Parts of the former may lie on a disk for a
 * while; runs were seen to need a quarter to three quarters more. {@link SparkMemory} is what to
 * ask for.
 *
 * @param driverHeap the weights and a gradient; an average and an older policy where there are such
 * @param executorHeap the broadcast weights, and a gradient of each task
 * @param localHeap of a process that is both, without the driver's gradient, which comes after
 *     those of the tasks
 * @param networks where they run on the CPU: one copy of the frozen weights, and of each task the
 *     trained ones and their gradient
 * @param passes the networks, reward models on the CPU, and what the dearest pass of each task is
 *     expected to need besides
 */
public record HostMemory(
    long driverHeap, long executorHeap, long localHeap, long networks, long passes) {

  /**
   * That of a plan.
   *
   * @param tasks that an executor runs at the same time, see {@link #tasks}
   */
  public static HostMemory of(RunPlan plan, int tasks) {
    long weights = plan.memory().weights();
    DeviceMemory device = plan.device();
    long driver = plan.memory().driver() - SparkMemory.MOMENTS * weights;
    long executor = (1L + tasks) * weights;
    long once = device.frozen() + plan.inputs().rewards().processor();
    return new HostMemory(
        driver,
        executor,
        driver - weights + executor,
        device.frozen() + 2L * tasks * weights,
        once + tasks * (device.total() - device.frozen() - device.rewards()));
  }

  /**
   * Tasks that one executor at least has at the same time: however a round's shares are dealt, one
   * has no fewer than the others on average.
   *
   * @param slots of all executors together
   */
  public static int tasks(RunPlan plan, int slots, int executors) {
    int shares = plan.settings().tree().shares();
    int ofStep = Math.max(1, shares / plan.settings().update().stepsPerRound());
    return (Math.min(slots, ofStep) + executors - 1) / executors;
  }
}
