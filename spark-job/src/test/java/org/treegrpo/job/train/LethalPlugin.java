package org.treegrpo.job.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Lets executors die where a task begins, before it has read its broadcast ({@code "learn round 6,
 * start"}), or has given its result; counts for {@link LethalReward} the calls of the job in
 * between.
 */
public final class LethalPlugin implements SparkPlugin {

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static volatile String job = "";

  /**
   * A local cluster of two executors with this plugin. A task waits for the executor that has its
   * rollouts, and a machine that pauses loses none.
   *
   * @param kills directory of the moments, see {@link Kills}
   */
  static SparkConf localCluster(Path kills) throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    SparkConf spark = TinyRun.spark("local-cluster[2,1,2048]");
    spark.set("spark.plugins", spark.get("spark.plugins") + "," + LethalPlugin.class.getName());
    String options = "spark.executor.extraJavaOptions";
    spark.set(options, "%s -D%s=%s".formatted(spark.get(options), Kills.DIRECTORY, kills));
    // Longer than a machine pauses, and not for ever: Spark may wait so long for a dead executor,
    // too,
    // where it has not yet forgotten that a live one had a task of the same job.
    spark.set("spark.locality.wait", "20s");
    spark.set("spark.broadcast.blockSize", "1k"); // a small vector has several chunks, too
    for (String limit :
        List.of("spark.network.timeout", "spark.scheduler.maxRegisteredResourcesWaitingTime")) {
      spark.set(limit, "1h");
    }
    return spark;
  }

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
        Kills.at(job + ", end");
      }
    };
  }
}
