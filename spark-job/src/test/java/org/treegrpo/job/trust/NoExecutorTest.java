package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.LocalSparkCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** A standalone cluster, Master and Worker, on which no executor fits. */
class NoExecutorTest {

  private static final int WORKERS = 1;
  private static final int CORES = 1;
  private static final int MEMORY = 1024;

  @TempDir Path directory;
  private LocalSparkCluster cluster;
  private String master;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    cluster = new LocalSparkCluster(WORKERS, CORES, MEMORY, new SparkConf());
    master = cluster.start()[0];
    await().atMost(Duration.ofMinutes(2)).until(this::hasItsWorker);
  }

  private boolean hasItsWorker() throws IOException {
    URL page = URI.create("http://127.0.0.1:%d/json/".formatted(cluster.masterWebUIPort())).toURL();
    try (InputStream in = page.openStream()) {
      return new ObjectMapper().readTree(in).path("aliveworkers").intValue() == WORKERS;
    }
  }

  @AfterEach
  void stop() {
    cluster.stop();
  }

  private CommandLineRun run(SparkConf spark, String command) throws IOException {
    Inputs inputs = new Inputs(directory);
    return inputs.command(
        spark, new Configuration(), inputs.arguments(command, "cluster.start-timeout=1 s"));
  }

  @Test
  void theRunEndsWithWhatWasAskedForAndWhatIsThere() throws IOException {
    CommandLineRun run = run(TinyRun.spark(master).set("spark.executor.memory", "2g"), "train");
    run.assertFailed(
        "no executor came within 1 s (treegrpo.cluster.start-timeout): asked " + master,
        "executors of 2048 MiB each (spark.executor.memory)",
        "registered executors: 0",
        "1 of 1 cores and 1024 of 1024 MiB free",
        "no Worker has 2048 MiB: lower spark.executor.memory (--spark --executor-memory 1024m)");
    assertThat(Files.readString(directory.resolve("run/result.json")))
        .as("the same line is kept")
        .contains("no executor came within 1 s");
    assertThat(directory.resolve("run/run.lock")).as("lock").doesNotExist();
  }

  @Test
  void sparksOwnWaitForAllCoresEndsWithTheLimit() throws IOException {
    SparkConf spark =
        TinyRun.spark(master).set("spark.executor.cores", "2").set("spark.cores.max", "2");
    run(spark, "evaluate").assertFailed("within 1 s", "no Worker has 2 cores");
  }
}
