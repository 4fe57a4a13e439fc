package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.TreeGrpo;
import org.treegrpo.job.spark.ExecutorLog;
import scala.jdk.javaapi.CollectionConverters;

/** A run whose executors leave and whose successors come, while it trains. */
class ExecutorsComeAndGoTest {

  private static final Duration LONG = Duration.ofMinutes(30);
  private static final String[] SETTINGS = {
    "treegrpo.rounds=40", "treegrpo.evaluation.every=0", "treegrpo.audit.every=0"
  };

  @TempDir Path directory;

  @Test
  void theWeightsAreThoseOfTheUndisturbedRun() throws IOException {
    TinyRun tiny = new TinyRun(directory);
    tiny.train("local[1]", "undisturbed", SETTINGS);
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    SparkConf conf = TinyRun.spark("local-cluster[3,1,2048]");
    try (JavaSparkContext context = new JavaSparkContext(conf)) {
      awaitExecutors(count -> count == 3);
      Path config = tiny.configFile("changing");
      CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(
              () ->
                  TreeGrpo.run(
                      context,
                      "train",
                      "--config",
                      config.toString(),
                      "--set",
                      SETTINGS[0],
                      "--set",
                      SETTINGS[1],
                      "--set",
                      SETTINGS[2],
                      "--set",
                      "treegrpo.checkpoint.every=40"));
      awaitRounds(tiny, run, 3);
      remove(context, 2);
      awaitExecutors(count -> count == 1);
      awaitRounds(tiny, run, 6);
      context.sc().requestExecutors(2);
      awaitExecutors(count -> count > 1);
      assertThat(run.join()).as("exit code").isZero();
    }
    assertThat(tiny.digests("changing")).hasSize(40).isEqualTo(tiny.digests("undisturbed"));
  }

  private static void remove(JavaSparkContext context, int count) {
    List<String> executors =
        CollectionConverters.asJava(context.sc().getExecutorIds()).subList(0, count);
    assertThat(context.sc().killExecutors(CollectionConverters.asScala(executors).toSeq()))
        .as("taken")
        .isTrue();
  }

  private static void awaitExecutors(IntPredicate enough) {
    await().atMost(LONG).until(() -> enough.test(ExecutorLog.present()));
  }

  private static void awaitRounds(TinyRun tiny, CompletableFuture<Integer> run, int count) {
    await()
        .atMost(LONG)
        .until(
            () ->
                run.isDone()
                    || (Files.exists(tiny.resolve("changing/metrics.jsonl"))
                        && tiny.rounds("changing").size() >= count));
  }
}
