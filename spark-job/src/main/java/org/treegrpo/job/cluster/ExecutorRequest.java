package org.treegrpo.job.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;

/**
 * What an application asks its cluster for.
 *
 * @param memory of an executor's heap, in MiB
 * @param overhead that the cluster adds to it, in MiB; a standalone cluster adds none
 * @param cores of an executor; empty where it takes all that a Worker offers
 * @param coresInAll at most, on a standalone cluster; empty where it takes all
 * @param executors how many, on other clusters
 * @param gpus of an executor
 */
record ExecutorRequest(
    boolean standalone,
    long memory,
    long overhead,
    OptionalInt cores,
    OptionalInt coresInAll,
    int executors,
    int gpus) {

  private static final double OVERHEAD_FACTOR = 0.1;

  static ExecutorRequest of(SparkConf conf) {
    boolean standalone = StandaloneMaster.isMasterOf(conf);
    long memory = conf.getSizeAsMb("spark.executor.memory", "1g");
    return new ExecutorRequest(
        standalone,
        memory,
        standalone ? 0 : overhead(conf, memory),
        standalone
            ? optional(conf, "spark.executor.cores")
            : OptionalInt.of(conf.getInt("spark.executor.cores", 1)),
        optional(conf, "spark.cores.max"),
        conf.getInt("spark.executor.instances", 2),
        conf.getInt("spark.executor.resource.gpu.amount", 0));
  }

  String describe() {
    List<String> parts = new ArrayList<>();
    parts.add(
        "%d MiB each (spark.executor.memory%s)"
            .formatted(
                memory + overhead,
                overhead == 0
                    ? ""
                    : " %d and spark.executor.memoryOverhead %d".formatted(memory, overhead)));
    parts.add(
        cores.isPresent()
            ? "%d cores each (spark.executor.cores)".formatted(cores.getAsInt())
            : "all cores of a Worker each (spark.executor.cores)");
    if (gpus > 0) {
      parts.add("%d GPUs each (spark.executor.resource.gpu.amount)".formatted(gpus));
    }
    if (standalone && coresInAll.isPresent()) {
      parts.add("at most %d cores in all (spark.cores.max)".formatted(coresInAll.getAsInt()));
    }
    String what =
        standalone
            ? "executors of "
            : "%d executors (spark.executor.instances) of ".formatted(executors);
    return what + String.join(", ", parts);
  }

  private static long overhead(SparkConf conf, long memory) {
    long least = conf.getSizeAsMb("spark.executor.minMemoryOverhead", "384m");
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD_FACTOR);
    long offHeap =
        conf.getBoolean("spark.memory.offHeap.enabled", false)
            ? conf.getSizeAsMb("spark.memory.offHeap.size", "0")
            : 0;
    return offHeap
        + (conf.contains("spark.executor.memoryOverhead")
            ? conf.getSizeAsMb("spark.executor.memoryOverhead")
            : Math.max(least, (long) (factor * memory)));
  }

  private static OptionalInt optional(SparkConf conf, String key) {
    return conf.contains(key) ? OptionalInt.of(conf.getInt(key, 0)) : OptionalInt.empty();
  }
}
