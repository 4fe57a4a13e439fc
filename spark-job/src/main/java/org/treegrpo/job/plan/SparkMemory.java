package org.treegrpo.job.plan;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.job.settings.PolicySettings.Device;

/**
 * What to ask a cluster for, in MiB. libtorch's memory is not of the heap: a cluster that counts
 * bytes ends an executor that was promised its heap only.
 *
 * @param driverHeap of {@code spark.driver.memory}
 * @param driverOverhead of {@code spark.driver.memoryOverhead}
 * @param executorHeap of {@code spark.executor.memory}
 * @param executorOverhead of {@code spark.executor.memoryOverhead}; without what reward models
 *     compute
 */
public record SparkMemory(
    long driverHeap, long driverOverhead, long executorHeap, long executorOverhead) {

  private static final long MIB = 1 << 20;
  private static final long STEP = 256;

  /** A JVM with Spark, our classes and Arrow's. */
  private static final long HEAP = 640;

  /** The optimiser's, which are off the heap. */
  static final int MOMENTS = 2;

  /** Libraries of libtorch and ONNX Runtime, thread stacks, the reader's recognisers. */
  private static final long NATIVE = 1024;

  /**
   * What a plan comes to.
   *
   * @param slots task slots of an executor
   */
  public static SparkMemory of(RunPlan plan, int slots) {
    MemoryEstimate memory = plan.memory();
    DeviceMemory device = plan.device();
    long weights = memory.weights();
    // A broadcast and a reference; of each task a gradient, a sum, and what waits for the driver.
    long heap = 2 * weights + 3L * slots * weights;
    long states = memory.roundRollout() + 2L * slots * memory.shareLatents();
    long once = device.frozen() + device.rewards();
    long networks =
        plan.settings().policy().device() == Device.GPU
            ? device.frozen()
            : device.frozen() + slots * (device.total() - once);
    long rewards = plan.inputs().rewards().processor();
    return new SparkMemory(
        Math.max(1024, mebibytes(HEAP, memory.driver() - MOMENTS * weights)),
        mebibytes(512, MOMENTS * weights),
        Math.max(1024, mebibytes(HEAP, heap)),
        mebibytes(NATIVE, states + networks + rewards));
  }

  /** A quarter more than the bytes, for what a collector leaves and what an allocator keeps. */
  private static long mebibytes(long base, long bytes) {
    long wanted = base + (bytes + bytes / 4) / MIB;
    return (wanted + STEP - 1) / STEP * STEP;
  }

  /** As spark-submit takes them. */
  public List<String> properties() {
    List<String> properties = new ArrayList<>();
    properties.add("spark.driver.memory=%dm".formatted(driverHeap));
    properties.add("spark.driver.memoryOverhead=%dm".formatted(driverOverhead));
    properties.add("spark.executor.memory=%dm".formatted(executorHeap));
    properties.add("spark.executor.memoryOverhead=%dm".formatted(executorOverhead));
    return properties;
  }
}
