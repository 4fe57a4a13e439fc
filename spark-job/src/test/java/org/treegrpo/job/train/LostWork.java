package org.treegrpo.job.train;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/**
 * How many tasks of a round an executor had that was lost in that round: what it had grown or was
 * to grow. Spark makes one; what it saw is kept for the test.
 */
public final class LostWork extends SparkListener {

  private static final Map<Integer, Integer> BLOCKS = new ConcurrentHashMap<>();

  private final Map<String, Work> workOf = new HashMap<>();
  private int round;

  /** Blocks that an executor was given in the last round that it had a task of. */
  private record Work(int round, Set<Integer> blocks) {}

  /** Blocks of the executors that were lost in a round; counted anew for each of them. */
  static int blocks(int round) {
    return BLOCKS.getOrDefault(round, 0);
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
    String stage = submitted.stageInfo().name();
    if (stage.startsWith("grow round ")) {
      round = Integer.parseInt(stage.substring("grow round ".length()));
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    workOf
        .compute(
            start.taskInfo().executorId(),
            (executor, work) ->
                work == null || work.round() != round ? new Work(round, new HashSet<>()) : work)
        .blocks()
        .add(start.taskInfo().index());
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    Work lost = workOf.remove(removed.executorId());
    if (lost != null) {
      BLOCKS.merge(lost.round(), lost.blocks().size(), Integer::sum);
    }
  }
}
