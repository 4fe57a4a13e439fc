package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.audit.ParquetRows;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;

/** Rewards that fail while a run trains: what its files say, and when it stops. */
class FaultyRewardTest {

  /** One prompt, two trees of four leaves, two calls a tree in the order of the leaves. */
  private static final List<String> SETTINGS =
      List.of(
          "treegrpo.rounds=1",
          "treegrpo.tree.prompts-per-round=1",
          "treegrpo.evaluation.prompts=1",
          "treegrpo.reward-workers.threads=1",
          "treegrpo.reward-workers.chunk-rows=2");

  private static final int LEAVES = 8;
  private static final int LONG_SECONDS = 3600;
  private static final int SHORT_SECONDS = 3;
  private static final double EPSILON = 1e-4;

  @TempDir Path directory;

  private TinyRun run;

  @BeforeEach
  void writeInputs() throws IOException {
    run = new TinyRun(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"throws", "crashes", "short", "null"})
  void theImagesOfAFailedCallAreMasked(String fault) throws IOException {
    CommandLineRun train = train(fault, 2, "treegrpo.reward-workers.max-failed-share=0.5");
    assertThat(train.exitCode()).as("exit code, %s", train.err()).isZero();
    assertThat(result().status()).as("result.json").isEqualTo(RunResult.Status.COMPLETED);
    checkMasked(leaf -> path(leaf).startsWith("1"));
  }

  /**
   * The limit is the clock's: on a machine that pauses, a call that does not hang may meet it too.
   * That nothing else is given up: {@code RewardPoolTest}.
   */
  @Test
  void theImagesOfACallThatHangsAreMasked() throws IOException {
    CommandLineRun train =
        train("hangs", 2, SHORT_SECONDS, "treegrpo.reward-workers.max-failed-share=1");
    assertThat(train.exitCode()).as("exit code, %s", train.err()).isZero();
    Set<String> failed = new TreeSet<>();
    for (Group leaf : rows("leaves.parquet")) {
      if (Double.isNaN(ParquetRows.real(leaf, "reward_faulty"))) {
        failed.add(node(leaf));
      }
    }
    assertThat(failed).as("half of the calls hang").hasSizeGreaterThanOrEqualTo(LEAVES / 2);
    checkMasked(leaf -> failed.contains(node(leaf)));
  }

  @Test
  void anImageWithoutAScoreIsMasked() throws IOException {
    CommandLineRun train = train("nan", 2, "treegrpo.reward-workers.max-failed-share=0.25");
    assertThat(train.exitCode()).as("exit code, %s", train.err()).isZero();
    checkMasked(leaf -> path(leaf).equals("1.0"));
  }

  @Test
  void tooManyFailuresStopTheRunWithTheirCause() throws IOException {
    CommandLineRun train = train("throws", 2, "treegrpo.reward-workers.max-failed-share=0.4");
    checkStopped(
        train,
        "round 1: 4 of 8 leaves could not be scored",
        "treegrpo.reward-workers.max-failed-share = 0.4",
        "reward 'faulty'",
        "no answer from the model");
  }

  @Test
  void aRoundWithoutAnyScoreStopsTheRunWhateverIsAllowed() throws IOException {
    CommandLineRun train = train("crashes", 1, "treegrpo.reward-workers.max-failed-share=1");
    checkStopped(
        train,
        "round 1: 8 of 8 leaves could not be scored",
        "reward 'faulty'",
        "java.lang.IllegalStateException: broken");
  }

  @Test
  void anErrorOfTheJvmStopsTheRunWithItsCause() throws IOException {
    CommandLineRun train = train("error", 2, "treegrpo.reward-workers.max-failed-share=1");
    checkStopped(train, "reward 'faulty'", "java.lang.UnsatisfiedLinkError: no libmodel");
  }

  private CommandLineRun train(String fault, int every, String allowed) throws IOException {
    return train(fault, every, LONG_SECONDS, allowed);
  }

  private CommandLineRun train(String fault, int every, int limitSeconds, String allowed)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train", "--config"));
    arguments.add(run.configFile("run").toString());
    List<String> settings = new ArrayList<>(SETTINGS);
    settings.add(allowed);
    settings.add(
        "treegrpo.rewards=[{name = faulty, type = faulty, time-limit-seconds = %d, options { fault = \"%s\", every = %d }}]"
            .formatted(limitSeconds, fault, every));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return CommandLineRun.of(directory, arguments.toArray(String[]::new));
  }

  private void checkMasked(Predicate<Group> masked) throws IOException {
    List<Group> leaves = rows("leaves.parquet");
    assertThat(leaves).as("leaves").hasSize(LEAVES);
    List<Group> good = leaves.stream().filter(row -> !masked.test(row)).toList();
    double[] scores =
        good.stream().mapToDouble(row -> ParquetRows.real(row, "reward_faulty")).toArray();
    RewardStatistics statistics = RewardStatistics.of(scores);
    for (Group leaf : leaves) {
      checkLeaf(leaf, masked.test(leaf), statistics);
    }
    for (Group edge : rows("edges.parquet")) {
      boolean trained =
          good.stream().anyMatch(leaf -> (node(leaf) + ".").startsWith(node(edge) + "."));
      assertThat(edge.getBoolean("trained", 0))
          .as("edge %s trained", path(edge))
          .isEqualTo(trained);
      assertThat(Double.isNaN(ParquetRows.real(edge, "advantage")))
          .as("edge %s without an advantage", path(edge))
          .isEqualTo(!trained);
    }
    RoundMetrics metrics = run.rounds("run").get(0);
    RewardStatistics recorded = metrics.reward().get("faulty");
    assertThat(recorded.failed()).as("failed scores").isEqualTo(LEAVES - good.size());
    assertThat(recorded.mean()).as("mean of the others").isCloseTo(statistics.mean(), within(1e-9));
    assertThat(recorded.std()).as("std of the others").isCloseTo(statistics.std(), within(1e-9));
    assertThat(metrics.gradientNorm()).as("the others train the policy").isPositive();
  }

  /** One group: both trees belong to one prompt. */
  private static void checkLeaf(Group leaf, boolean masked, RewardStatistics statistics) {
    double score = ParquetRows.real(leaf, "reward_faulty");
    double advantage = ParquetRows.real(leaf, "advantage");
    assertThat(leaf.getBoolean("masked", 0)).as("leaf %s masked", path(leaf)).isEqualTo(masked);
    if (masked) {
      assertThat(score).as("a failed score is none, not 0").isNaN();
      assertThat(ParquetRows.real(leaf, "reward_total")).as("total").isNaN();
      assertThat(advantage).as("advantage").isNaN();
    } else {
      assertThat(score).as("score of leaf %s", path(leaf)).isPositive();
      assertThat(advantage)
          .as("advantage of leaf %s among those with a score", path(leaf))
          .isCloseTo((score - statistics.mean()) / (statistics.std() + EPSILON), within(1e-6));
    }
  }

  private void checkStopped(CommandLineRun train, String... causes) throws IOException {
    assertThat(train.exitCode()).as("exit code").isEqualTo(1);
    assertThat(train.err().strip().lines()).as("one message: %s", train.err()).hasSize(1);
    assertThat(train.err()).as("what the user sees").contains(causes);
    RunResult result = result();
    assertThat(result.status()).as("result.json").isEqualTo(RunResult.Status.FAILED);
    assertThat(result.error()).as("result.json").contains(causes);
    assertThat(result.error().lines()).as("one line").hasSize(1);
    assertThat(result.rounds()).as("rounds done").isZero();
    assertThat(run.rounds("run")).as("the failed round is not recorded").isEmpty();
    assertThat(run.resolve("run/audit")).as("nor audited").doesNotExist();
  }

  private RunResult result() throws IOException {
    return RunJson.read(Files.readString(run.resolve("run/result.json")), RunResult.class);
  }

  private List<Group> rows(String file) throws IOException {
    return ParquetRows.read(run.resolve("run/audit/round=000001").resolve(file));
  }

  private static String node(Group row) {
    return row.getInteger("tree", 0) + "/" + path(row);
  }

  private static String path(Group row) {
    return row.getString("path", 0);
  }
}
