package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.audit.ParquetRows;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;

/**
 * Reading text and being compressible, 0.8 : 0.2, in every mode of the advantage: the audit of a
 * run holds each reward, and from them follows what the run was trained on.
 */
class SeveralRewardsTest {

  private static final double[] WEIGHTS = {0.8, 0.2};
  private static final List<String> NAMES = List.of("ocr", "size");
  private static final double EPSILON = 1e-4;
  private static final double CLAMP = 5;
  private static final double ROUNDING = 1e-9;

  @TempDir static Path directory;

  private static TinyRun run;

  @BeforeAll
  static void writeInputs() throws IOException {
    run = new TinyRun(directory);
  }

  @ParameterizedTest
  @CsvSource({
    "group, normalise-then-sum",
    "group, sum-then-normalise",
    "group, alg1",
    "running, normalise-then-sum",
    "running, sum-then-normalise",
    "running, alg1",
    "gdpo, normalise-then-sum",
    "total, normalise-then-sum"
  })
  void theRunIsTrainedOnBothRewards(String estimator, String aggregation) throws IOException {
    String name = estimator + "-" + aggregation;
    CommandLineRun train = train(name, estimator, aggregation);
    assertThat(train.exitCode()).as("exit code, %s", train.err()).isZero();
    List<List<Group>> groups = groups(name);
    assertThat(groups).as("prompts").hasSize(3);
    List<double[]> expected = advantages(estimator, aggregation, groups);
    for (int group = 0; group < groups.size(); group++) {
      for (int leaf = 0; leaf < groups.get(group).size(); leaf++) {
        Group row = groups.get(group).get(leaf);
        assertThat(ParquetRows.real(row, "reward_total"))
            .as("0.8 : 0.2, as they are")
            .isCloseTo(total(row), within(ROUNDING));
        assertThat(ParquetRows.real(row, "advantage"))
            .as("advantage of leaf %d of group %d", leaf, group)
            .isCloseTo(expected.get(group)[leaf], within(1e-6));
      }
    }
    checkCurves(name, groups);
  }

  /** Each reward has figures of its own, beside the total that is trained on. */
  private static void checkCurves(String name, List<List<Group>> groups) throws IOException {
    List<RoundMetrics> rounds = run.rounds(name);
    assertThat(rounds).as("rounds").hasSize(1);
    assertThat(rounds).as("a learning signal").allMatch(round -> round.gradientNorm() > 0);
    for (int reward = 0; reward < NAMES.size(); reward++) {
      int column = reward;
      RewardStatistics own =
          RewardStatistics.of(
              groups.stream()
                  .flatMap(List::stream)
                  .mapToDouble(row -> score(row, column))
                  .toArray());
      RewardStatistics recorded = rounds.get(0).reward().get(NAMES.get(reward));
      assertThat(recorded.mean()).as("mean in metrics.jsonl").isCloseTo(own.mean(), within(1e-6));
      assertThat(recorded.std()).as("std in metrics.jsonl").isPositive();
    }
    assertThat(events(name))
        .as("curves of TensorBoard")
        .contains("reward/ocr", "reward/ocr_std", "reward/size", "held_out/ocr", "held_out/size");
    assertThat(Files.readString(run.resolve(name + "/report.html")))
        .as("curves of the report")
        .contains("aria-label=\"ocr\"", "aria-label=\"size\"")
        .contains("aria-label=\"Mean score, held-out: ocr\"")
        .contains("aria-label=\"Mean score, held-out: size\"");
  }

  /** The formulas of ALGORITHMS.md sections 1.3 and 3, once more. */
  private static List<double[]> advantages(
      String estimator, String aggregation, List<List<Group>> groups) {
    List<double[]> totals =
        groups.stream()
            .map(group -> group.stream().mapToDouble(SeveralRewardsTest::total).toArray())
            .toList();
    // Until a prompt has 16 rewards behind it, running statistics are those of the round.
    boolean ofRound = estimator.equals("running");
    List<double[]> values =
        switch (estimator) {
          case "total" -> totals;
          case "gdpo" -> normalised(weighted(groups, WEIGHTS, false), true);
          default ->
              switch (aggregation) {
                case "normalise-then-sum" -> weighted(groups, WEIGHTS, ofRound);
                case "sum-then-normalise" -> normalised(totals, ofRound);
                case "alg1" -> normalised(weighted(groups, new double[] {1, 1}, ofRound), ofRound);
                default -> throw new AssertionError(aggregation);
              };
        };
    return estimator.equals("total")
        ? values
        : values.stream()
            .map(all -> Arrays.stream(all).map(a -> Math.max(-CLAMP, Math.min(CLAMP, a))).toArray())
            .toList();
  }

  private static List<double[]> weighted(
      List<List<Group>> groups, double[] weights, boolean ofRound) {
    List<double[]> sums = groups.stream().map(group -> new double[group.size()]).toList();
    for (int reward = 0; reward < weights.length; reward++) {
      int column = reward;
      List<double[]> scores =
          normalised(
              groups.stream()
                  .map(group -> group.stream().mapToDouble(row -> score(row, column)).toArray())
                  .toList(),
              ofRound);
      for (int group = 0; group < sums.size(); group++) {
        for (int leaf = 0; leaf < sums.get(group).length; leaf++) {
          sums.get(group)[leaf] += weights[reward] * scores.get(group)[leaf];
        }
      }
    }
    return sums;
  }

  /** By mean and standard deviation of its group, or of the round. */
  private static List<double[]> normalised(List<double[]> groups, boolean ofRound) {
    double[] round = groups.stream().flatMapToDouble(Arrays::stream).toArray();
    return groups.stream()
        .map(
            group -> {
              double[] population = ofRound ? round : group;
              double mean = Arrays.stream(population).average().orElseThrow();
              double variance =
                  Arrays.stream(population)
                      .map(value -> (value - mean) * (value - mean))
                      .average()
                      .orElseThrow();
              return Arrays.stream(group)
                  .map(value -> (value - mean) / (Math.sqrt(variance) + EPSILON))
                  .toArray();
            })
        .toList();
  }

  private static double total(Group row) {
    return IntStream.range(0, WEIGHTS.length).mapToDouble(m -> WEIGHTS[m] * score(row, m)).sum();
  }

  private static double score(Group row, int reward) {
    return ParquetRows.real(row, "reward_" + NAMES.get(reward));
  }

  private static CommandLineRun train(String name, String estimator, String aggregation)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--config", run.configFile(name).toString()));
    for (String setting :
        List.of(
            "rounds=1",
            "evaluation.prompts=1",
            "advantage.estimator=" + estimator,
            "advantage.aggregation=" + aggregation,
            "rewards=["
                + "{name = ocr, type = ocr, weight = 0.8, time-limit-seconds = 3600, options.measure = likelihood}, "
                + "{name = size, type = jpeg-compressibility, weight = 0.2, time-limit-seconds = 3600}]")) {
      arguments.addAll(List.of("--set", "treegrpo." + setting));
    }
    return CommandLineRun.of(directory, arguments.toArray(String[]::new));
  }

  private static List<List<Group>> groups(String name) throws IOException {
    return List.copyOf(
        ParquetRows.read(run.resolve(name + "/audit/round=000001/leaves.parquet")).stream()
            .collect(Collectors.groupingBy(row -> row.getString("prompt_id", 0)))
            .values());
  }

  private static String events(String name) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve(name))) {
      Path events =
          files
              .filter(file -> file.getFileName().toString().startsWith("events.out.tfevents"))
              .findFirst()
              .orElseThrow();
      return Files.readString(events, StandardCharsets.ISO_8859_1);
    }
  }
}
