package org.treegrpo.job.cluster;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.treegrpo.job.cluster.StandaloneMaster.Worker;

/**
 * Why an application may have no executors: what it asked for beside what is there.
 *
 * @param workers of a standalone cluster; empty if not known
 */
record Shortage(
    String master, ExecutorRequest asked, int registered, Optional<List<Worker>> workers) {

  /** One line: asked for, there, and the key to turn. */
  String describe() {
    return "asked %s for %s; registered executors: %d; %s%s"
        .formatted(master, asked.describe(), registered, there(), remedy());
  }

  private String there() {
    if (!asked.standalone()) {
      return "";
    }
    if (workers.isEmpty()) {
      return "the Master does not answer: ";
    }
    if (workers.get().isEmpty()) {
      return "Workers alive: 0; ";
    }
    return workers.get().stream()
        .map(
            worker ->
                "%s with %d of %d cores and %d of %d MiB free"
                    .formatted(
                        worker.host(),
                        worker.coresFree(),
                        worker.cores(),
                        worker.memoryFree(),
                        worker.memory()))
        .collect(
            Collectors.joining("; ", "Workers alive: %d, ".formatted(workers.get().size()), "; "));
  }

  private String remedy() {
    if (!asked.standalone()) {
      return "see what its queue or namespace has left, or ask for less: spark.executor.memory, spark.executor.cores, spark.executor.instances";
    }
    return workers.map(this::remedy).orElse("see that --master names a Master that runs");
  }

  private String remedy(List<Worker> alive) {
    int cores = asked.cores().orElse(1);
    if (alive.isEmpty()) {
      return "start a Worker";
    }
    if (asked.coresInAll().orElse(cores) < cores) {
      return "spark.cores.max must be at least spark.executor.cores, %d".formatted(cores);
    }
    if (alive.stream().noneMatch(worker -> worker.memory() >= asked.memory())) {
      return "no Worker has %d MiB: lower spark.executor.memory (--spark --executor-memory %dm), or start a larger Worker"
          .formatted(asked.memory(), alive.stream().mapToInt(Worker::memory).max().orElse(0));
    }
    if (alive.stream().noneMatch(worker -> worker.cores() >= cores)) {
      return "no Worker has %d cores: lower spark.executor.cores (--spark --executor-cores %d), or start a larger Worker"
          .formatted(cores, alive.stream().mapToInt(Worker::cores).max().orElse(0));
    }
    if (alive.stream().noneMatch(worker -> fits(worker, cores))) {
      return "no Worker has both free: lower spark.executor.memory (--spark --executor-memory) or spark.executor.cores, or end other applications, or limit their spark.cores.max";
    }
    return "there is room: the Workers' logs, and those of the executors in their work directories, tell why none starts; executors must be able to reach the driver (spark.driver.host)";
  }

  private boolean fits(Worker worker, int cores) {
    return worker.memoryFree() >= asked.memory() && worker.coresFree() >= cores;
  }
}
