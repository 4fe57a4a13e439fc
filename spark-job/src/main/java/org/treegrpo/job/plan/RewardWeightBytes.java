package org.treegrpo.job.plan;

/**
 * Bytes of the weights of a run's reward models, of which an executor has one copy each on a
 * device.
 *
 * @param processor of those on the CPU
 * @param gpu of those on a GPU
 */
public record RewardWeightBytes(long processor, long gpu) {

  public static final RewardWeightBytes NONE = new RewardWeightBytes(0, 0);

  /**
   * With another reward.
   *
   * @param device its option {@code device}
   */
  public RewardWeightBytes plus(String device, long bytes) {
    return device.startsWith("gpu")
        ? new RewardWeightBytes(processor, gpu + bytes)
        : new RewardWeightBytes(processor + bytes, gpu);
  }
}
