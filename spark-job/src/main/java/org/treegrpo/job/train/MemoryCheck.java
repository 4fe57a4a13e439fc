package org.treegrpo.job.train;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.executor.HostReport;
import org.treegrpo.job.plan.HostMemory;
import org.treegrpo.job.plan.RunPlan;
import org.treegrpo.job.plan.SparkMemory;

/**
 * Refuses hosts that cannot hold a run, before it begins: heaps of JVMs, and the memory of machines
 * or containers.
 *
 * @param plan what the run comes to
 */
record MemoryCheck(RunPlan plan) {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryCheck.class);
  private static final long MIB = 1 << 20;

  /** An array holds no more. */
  private static final long MOST_TRAINED = Integer.MAX_VALUE - 8L;

  /**
   * Looks at what is trained, before a process reads it as one vector.
   *
   * @param elements float32
   * @param heap of this process's JVM at most, in MiB
   * @throws InvalidInputException if it is too long, or longer than the heap
   */
  static void ofVector(long elements, long heap) {
    if (elements > MOST_TRAINED) {
      throw new InvalidInputException(
          "treegrpo.policy.trainable: must be fewer than 2^31 parameters, as the driver holds them as one vector; they are %d; name some, or train adapters"
              .formatted(elements));
    }
    long weights = mebibytes(elements * Float.BYTES);
    if (heap < weights) {
      throw new InvalidInputException(
          "spark.driver.memory: the heap of this process has %d MiB and must have at least %d MiB, to read %d MiB of trained weights; raise it (--spark --driver-memory), or train fewer (treegrpo.policy.trainable)"
              .formatted(heap, weights, weights));
    }
  }

  /**
   * Looks at a driver, without what it does where it is the executor too.
   *
   * @param heap of its JVM at most, in MiB
   * @throws InvalidInputException if the heap is too small
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
   * Looks at the executors that were there before the session's first run.
   *
   * @throws InvalidInputException if the heap or the memory of one is too small; a line each
   */
  void of(SparkCluster cluster) {
    of(cluster.executors(), cluster.slots(), cluster.isLocal()).forEach(LOG::warn);
  }

  /**
   * The same.
   *
   * @param slots of all
   * @param local whether the driver is the executor
   * @return what to warn of
   */
  List<String> of(List<HostReport> executors, int slots, boolean local) {
    int dealt = HostMemory.tasks(plan, slots, Math.max(1, executors.size()));
    List<String> problems = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (HostReport executor : executors) {
      int tasks = Math.min(dealt, executor.processors());
      HostMemory least = HostMemory.of(plan, tasks);
      String name = local ? "this process" : executor.name();
      long heap = mebibytes(local ? least.localHeap() : least.executorHeap());
      if (executor.heap() < heap) {
        problems.add(smallHeap(executor, name, heap, tasks, local));
      }
      if (executor.isOnGpu()) {
        continue;
      }
      if (executor.memory() < heap + mebibytes(least.networks())) {
        problems.add(
            smallMachine(executor, name, heap + mebibytes(least.networks()), tasks, local));
      } else if (executor.memory() < heap + mebibytes(least.passes())) {
        warnings.add(
            "the machine or container of %s has %d MiB, and the plan counts %d MiB for %d task(s) there at once: the system may end it; see plan, treegrpo.update.micro-batch and checkpointing"
                .formatted(name, executor.memory(), heap + mebibytes(least.passes()), tasks));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidInputException(String.join(System.lineSeparator(), problems));
    }
    return warnings;
  }

  private String smallHeap(HostReport executor, String name, long least, int tasks, boolean local) {
    SparkMemory asked = SparkMemory.of(plan, tasks);
    return "%s: the heap of %s has %d MiB and must have at least %d MiB, for %d MiB of trained weights in %d task(s) at once; the plan asks for %d, or for less with fewer task slots (%s)"
        .formatted(
            local ? "spark.driver.memory" : "spark.executor.memory",
            name,
            executor.heap(),
            least,
            weights(),
            tasks,
            asked.executorHeap() + (local ? asked.driverHeap() : 0),
            slotsKey(local));
  }

  private String smallMachine(
      HostReport executor, String name, long least, int tasks, boolean local) {
    long frozen = mebibytes(plan.device().frozen());
    return "treegrpo.policy.path: the machine or container of %s has %d MiB and must have at least %d MiB, for %d MiB of frozen and %d MiB of trained weights in %d task(s) at once; take a larger one%s, fewer task slots (%s)%s"
        .formatted(
            name,
            executor.memory(),
            least,
            frozen,
            weights(),
            tasks,
            local ? "" : " (spark.executor.memoryOverhead)",
            slotsKey(local),
            frozen == 0 ? "" : ", or export the policy with bfloat16 weights");
  }

  private static String slotsKey(boolean local) {
    return local ? "local[N]" : "spark.executor.cores";
  }

  private long weights() {
    return mebibytes(plan.memory().weights());
  }

  private static long mebibytes(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }
}
