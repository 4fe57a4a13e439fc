package org.treegrpo.job.train;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Lets executors die where a task begins, before it has read its broadcast ({@code "learn round 6,
 * start"}), and where it has ended ({@code "grow round 5, end"}); counts for {@link LethalReward}
 * the calls of the job in between.
 */
public final class LethalPlugin implements SparkPlugin {

  private static final long RESULT_ARRIVES_MILLIS = 200;
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static volatile String job = "";

  /** The moment of the reward's next call, such as {@code "grow round 3, call 1"}. */
  static String nextCall() {
    return "%s, call %d".formatted(job, CALLS.incrementAndGet());
  }

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void onTaskStart() {
        job = TaskContext.get().getLocalProperty("spark.job.description");
        CALLS.set(0);
        Kills.at(job + ", start");
      }

      @Override
      public void onTaskSucceeded() {
        String ended = job;
        CompletableFuture.delayedExecutor(RESULT_ARRIVES_MILLIS, TimeUnit.MILLISECONDS)
            .execute(() -> Kills.at(ended + ", end"));
      }
    };
  }
}
