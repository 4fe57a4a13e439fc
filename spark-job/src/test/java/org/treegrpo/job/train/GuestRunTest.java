package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.Main;
import org.treegrpo.job.TreeGrpo;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.spark.BlockRdd;

/** Runs inside a Spark context that others have made, as in a notebook. */
class GuestRunTest {

  private static final CountDownLatch HELD = new CountDownLatch(1);

  @TempDir Path directory;

  private TinyRun tiny;

  @BeforeEach
  void write() throws IOException {
    tiny = new TinyRun(directory);
  }

  /** As their owner would make it, who has classes of his own to serialise. */
  private static JavaSparkContext context(String master) {
    return new JavaSparkContext(
        TinyRun.spark(master).set("spark.kryo.registrationRequired", "false"));
  }

  private String[] arguments(String command, String runDir) throws IOException {
    return new String[] {command, "--config", tiny.configFile(runDir).toString()};
  }

  private static void assertAlive(JavaSparkContext context) {
    assertThat(context.parallelize(List.of("still", "there"), 1).count())
        .as("a job of the context's owner")
        .isEqualTo(2);
  }

  @Test
  void twoRunsInOneContextGiveTheWeightsOfARunAloneAndLeaveItOpen() throws IOException {
    tiny.train("local[1]", "alone");
    try (JavaSparkContext context = context("local[2]")) {
      context.setLocalProperty("spark.job.description", "the owner's");
      for (String run : List.of("first", "second")) {
        assertThat(TreeGrpo.run(context, arguments("train", run))).as(run).isEqualTo(0);
        assertThat(tiny.digests(run)).as(run).isEqualTo(tiny.digests("alone"));
        assertAlive(context);
      }
      assertThat(TreeGrpo.run(context, arguments("evaluate", "first"))).as("evaluate").isZero();
      assertAlive(context);
      assertThat(context.getLocalProperty("spark.job.description"))
          .as("what its owner calls his jobs")
          .isEqualTo("the owner's");
    }
  }

  @Test
  void sparksMetricsHaveTheFiguresOfTheRun() throws Exception {
    SparkConf conf = TinyRun.spark("local[1]").set("spark.ui.enabled", "true");
    conf.set("spark.ui.port", "0").set("spark.ui.prometheus.enabled", "true");
    try (JavaSparkContext context =
        new JavaSparkContext(conf.set("spark.kryo.registrationRequired", "false"))) {
      assertThat(TreeGrpo.run(context, arguments("train", "run"))).isZero();
      String page =
          new String(
              URI.create(context.sc().uiWebUrl().get() + "/metrics/json/")
                  .toURL()
                  .openStream()
                  .readAllBytes(),
              StandardCharsets.UTF_8);
      JsonNode gauges = new ObjectMapper().readTree(page).path("gauges");
      Map<String, Double> found = new TreeMap<>();
      for (Map.Entry<String, JsonNode> gauge : gauges.properties()) {
        String name = gauge.getKey().replaceFirst(".*RewardStreamPlugin\\.", "");
        if (!name.equals(gauge.getKey())) {
          found.put(name, gauge.getValue().path("value").doubleValue());
        }
      }
      RoundMetrics last = tiny.rounds("run").get(tiny.rounds("run").size() - 1);
      assertThat(found)
          .containsEntry("round", (double) last.round())
          .containsEntry("reward.size.mean", last.reward().get("size").mean())
          .containsEntry("reward.size.failed", 0.0)
          .containsEntry("shares_regrown", 0.0)
          .containsEntry("seconds.total", last.seconds().total())
          .containsEntry("images_per_slot_second", last.leaves() / last.seconds().total());
    }
  }

  @Test
  void aFailureIsReturnedAndTheContextStays() throws IOException {
    Files.delete(directory.resolve("train.jsonl"));
    try (JavaSparkContext context = context("local[1]")) {
      assertThat(TreeGrpo.run(context, arguments("train", "run")))
          .as("prompts are missing")
          .isEqualTo(ExitCodes.BAD_INPUT);
      assertAlive(context);
      assertThatThrownBy(() -> Main.main(arguments("train", "run")))
          .as("the process of others is not ended")
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("treegrpo failed with exit code 2");
      assertAlive(context);
    }
  }

  @Test
  void onlyTheJobsOfTheRunAreCancelled() throws Exception {
    try (RunInputs inputs = RunInputs.load(tiny.settings("unused"), new Configuration());
        JavaSparkContext context = context("local[1]");
        SparkCluster cluster = new SparkCluster(context, inputs.runSpec("run"), List.of())) {
      Future<List<String>> owners =
          BlockRdd.start(context.sc(), "the owner's", (block, task) -> held());
      cluster.cancelJobs();
      HELD.countDown();
      assertThat(owners.get()).as("the owner's job").containsExactly("done");
    }
  }

  private static String held() {
    try {
      HELD.await();
      return "done";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spark.plugins                   | com.example.None | must contain org.treegrpo.job.spark.RewardStreamPlugin
          spark.serializer                | org.apache.spark.serializer.JavaSerializer | must contain org.apache.spark.serializer.KryoSerializer
          spark.kryo.registrator          | com.example.None | must contain org.treegrpo.job.cluster.KryoRegistration
          spark.speculation               | true             | must be false
          """)
  void aContextThatLacksAPropertyIsRefused(String key, String value, String rule)
      throws IOException {
    SparkConf conf = TinyRun.spark("local[1]").set("spark.kryo.registrationRequired", "false");
    if (value.startsWith("com.example")) {
      conf.remove(key);
    } else {
      conf.set(key, value);
    }
    try (JavaSparkContext context = new JavaSparkContext(conf)) {
      String told = standardErrorOf(context, arguments("train", "run"));
      assertThat(told)
          .as("one message with the property, its value, the rule and what to do")
          .containsOnlyOnce("treegrpo: ")
          .contains(key + " = " + (value.startsWith("com.example") ? "" : value), rule)
          .contains("set it before the context is made");
      assertThat(directory.resolve("run")).as("nothing is written").doesNotExist();
    }
  }

  @Test
  void aContextThatIsStoppedIsRefused() throws IOException {
    JavaSparkContext context = context("local[1]");
    context.close();
    assertThat(standardErrorOf(context, arguments("train", "run"))).contains("is stopped");
  }

  private static String standardErrorOf(JavaSparkContext context, String... arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
    try {
      assertThat(TreeGrpo.run(context, arguments)).as("exit code").isEqualTo(ExitCodes.BAD_INPUT);
    } finally {
      System.setErr(before);
    }
    return told.toString(StandardCharsets.UTF_8);
  }
}
