package org.treegrpo.job.spark;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;

/**
 * The runs of this application that are not over. The driver knows, and each of its tasks is told,
 * so that an executor keeps nothing for a run that will not come back.
 */
public final class OpenRuns {

  private static final String PROPERTY = "treegrpo.open-runs";

  /** Of the only context that a JVM can have. */
  private static final Set<String> IDS = ConcurrentHashMap.newKeySet();

  private OpenRuns() {}

  /** A run begins, on the driver. */
  public static void add(String runId) {
    IDS.add(runId);
  }

  /** A run is over, on the driver. */
  public static void remove(String runId) {
    IDS.remove(runId);
  }

  /** Tells the tasks of the jobs that this thread starts. */
  static void tell(SparkContext context) {
    context.setLocalProperty(PROPERTY, String.join(",", IDS));
  }

  /** The jobs that this thread starts after this one are those of others. */
  static void untell(SparkContext context) {
    context.setLocalProperty(PROPERTY, null);
  }

  /** What a task was told when its job began. */
  public static Set<String> told(TaskContext task) {
    return Optional.ofNullable(task.getLocalProperty(PROPERTY))
        .map(ids -> Set.of(ids.split(",", -1)))
        .orElse(Set.of());
  }
}
