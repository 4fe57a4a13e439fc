package org.treegrpo.job.train;

import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.executor.HostReport;
import org.treegrpo.job.plan.HostMemory;
import org.treegrpo.job.plan.RunPlan;
import org.treegrpo.job.plan.SparkMemory;

/**
 * Refuses hosts that cannot hold a run, before it loads anything: heaps of JVMs, and the memory of
 * machines or containers.
 *
 * @param plan what the run comes to
 */
record MemoryCheck(RunPlan plan) {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryCheck.class);
  private static final long MIB = 1 << 20;

  /** An array holds no more. */
  private static final long MOST_TRAINED = Integer.MAX_VALUE - 8L;

  /**
   * Looks at what is trained, which a driver holds as one vector.
   *
   * @throws InvalidInputException if it is too long
   */
  static void ofVector(long elements) {
    if (elements > MOST_TRAINED) {
      throw new InvalidInputException(
          "treegrpo.policy.trainable: must be fewer than 2^31 parameters, as the driver holds them as one vector; they are %d; name some, or train adapters"
              .formatted(elements));
    }
  }

  /**
   * Looks at a driver, without what it does where it is the executor too.
   *
   * @param heap of its JVM at most, in MiB
   * @throws InvalidInputException if the heap is too small for any run of this plan
   */
  void ofDriver(long heap) {
    long least = mebibytes(HostMemory.of(plan, 1).driverHeap());
    if (heap < least) {
      throw new InvalidInputException(
          "spark.driver.memory: the driver's heap has %d MiB and must have at least %d MiB, for %d MiB of trained weights, their gradient and averages; the plan asks for %d (--spark --driver-memory %4$dm)"
              .formatted(heap, least, weights(), SparkMemory.of(plan, 1).driverHeap()));
    }
  }

  /**
   * Looks at all executors.
   *
   * @throws InvalidInputException if the heap or the memory of one is too small for any run of this
   *     plan; a line each
   */
  void of(SparkCluster cluster) {
    of(cluster.executors(), cluster.slotsOfAnExecutor(), cluster.isLocal());
  }

  /**
   * The same.
   *
   * @param slots of each
   * @param local whether the driver is the executor
   */
  void of(List<HostReport> executors, int slots, boolean local) {
    HostMemory least = HostMemory.of(plan, slots);
    long heap = mebibytes(local ? least.localHeap() : least.executorHeap());
    long all = heap + mebibytes(least.executorNative());
    SparkMemory asked = SparkMemory.of(plan, slots);
    long asksFor = asked.executorHeap() + (local ? asked.driverHeap() : 0);
    String key = local ? "spark.driver.memory" : "spark.executor.memory";
    String fewer = local ? "local[N]" : "spark.executor.cores";
    List<String> problems =
        executors.stream()
            .flatMap(
                executor ->
                    Stream.concat(
                        executor.heap() < heap
                            ? Stream.of(
                                "%s: the heap of %s has %d MiB and must have at least %d MiB, for %d MiB of trained weights in %d task slot(s); the plan asks for %d, or for less with fewer slots (%s)"
                                    .formatted(
                                        key,
                                        local ? "this process" : executor.name(),
                                        executor.heap(),
                                        heap,
                                        weights(),
                                        slots,
                                        asksFor,
                                        fewer))
                            : Stream.empty(),
                        executor.memory() < all
                            ? Stream.of(
                                "treegrpo.policy.path: the machine or container of %s has %d MiB and must have at least %d MiB, for %d MiB of frozen and %d MiB of trained weights in %d task slot(s); take larger ones (spark.executor.memoryOverhead), fewer slots (%s), or export the policy with bfloat16 weights"
                                    .formatted(
                                        local ? "this process" : executor.name(),
                                        executor.memory(),
                                        all,
                                        mebibytes(plan.device().frozen()),
                                        weights(),
                                        slots,
                                        fewer))
                            : Stream.empty()))
            .toList();
    if (!problems.isEmpty()) {
      throw new InvalidInputException(String.join(System.lineSeparator(), problems));
    }
    executors.stream()
        .filter(executor -> executor.memory() < asksFor + asked.executorOverhead())
        .forEach(
            executor ->
                LOG.warn(
                    "{}: its machine or container has {} MiB, and the plan asks for a heap of {} and {} beside it: it may be ended for that",
                    executor.name(),
                    executor.memory(),
                    asksFor,
                    asked.executorOverhead()));
  }

  private long weights() {
    return mebibytes(plan.memory().weights());
  }

  private static long mebibytes(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }
}
