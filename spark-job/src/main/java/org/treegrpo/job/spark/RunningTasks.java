package org.treegrpo.job.spark;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/** Which tasks run, where and since when. Spark makes one with each context of ours. */
public final class RunningTasks extends SparkListener {

  private static final Map<Long, Running> RUNNING = new ConcurrentHashMap<>();
  private static final Map<Integer, String> STAGES = new ConcurrentHashMap<>();

  private record Running(String stage, TaskInfo info) {}

  /**
   * A task that runs.
   *
   * @param block of its job
   * @param attempt from 0
   * @param seconds that it has been running
   */
  public record Task(int block, int attempt, String executor, String host, long seconds) {}

  /**
   * Those that run for longer than a time, those that do so for longest first.
   *
   * @param job of the name that {@link BlockRdd#run} was given
   */
  public static List<Task> longerThan(String job, Duration time) {
    long now = System.currentTimeMillis();
    return RUNNING.values().stream()
        .filter(running -> running.stage().equals(job))
        .map(Running::info)
        .filter(info -> now - info.launchTime() > time.toMillis())
        .sorted(Comparator.comparing(TaskInfo::launchTime))
        .map(
            info ->
                new Task(
                    info.index(),
                    info.attemptNumber(),
                    info.executorId(),
                    info.host(),
                    (now - info.launchTime()) / 1000))
        .toList();
  }

  @Override
  public void onApplicationStart(SparkListenerApplicationStart start) {
    RUNNING.clear();
    STAGES.clear();
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
    STAGES.put(submitted.stageInfo().stageId(), submitted.stageInfo().name());
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted completed) {
    STAGES.remove(completed.stageInfo().stageId());
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    String stage = STAGES.getOrDefault(start.stageId(), "");
    RUNNING.put(start.taskInfo().taskId(), new Running(stage, start.taskInfo()));
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    RUNNING.remove(end.taskInfo().taskId());
  }
}
