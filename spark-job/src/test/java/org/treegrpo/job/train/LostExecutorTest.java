package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.metrics.RoundMetrics;

/**
 * One run in a local cluster whose executors are killed with {@code kill -9}, in another phase each
 * round. Each costs the shares that are grown again, nothing else. Between the two jobs of a round:
 * {@code RegrowthTest}.
 */
class LostExecutorTest {

  private static final String[] SETTINGS = {
    "treegrpo.rounds=8",
    "treegrpo.rewards=[{ name = size, type = lethal, time-limit-seconds = 3600 }]",
    "treegrpo.evaluation.every=0",
    "treegrpo.audit.every=0"
  };
  private static final List<String> MOMENTS =
      List.of(
          "grow round 2, start",
          "grow round 3, call 1",
          "grow round 4, call 3",
          "learn round 5, start",
          "grow round 6, call 2",
          "learn round 6, start",
          "learn round 7, end");

  @TempDir static Path directory;

  private static TinyRun run;
  private static Path kills;

  @BeforeAll
  static void trainUndisturbedAndKilled() throws IOException {
    run = new TinyRun(directory);
    run.train("local[2]", "undisturbed", SETTINGS);

    kills = directory.resolve("kills");
    for (String moment : MOMENTS) {
      Kills.plan(kills, moment);
    }
    SparkConf spark = LethalPlugin.localCluster(kills);
    String listeners = "spark.extraListeners";
    spark.set(listeners, spark.get(listeners) + "," + LostWork.class.getName());
    run.train(spark, "killed", SETTINGS);
  }

  @Test
  void everyPlannedKillHappened() {
    assertThat(kills).as("moments at which no executor has died").isEmptyDirectory();
  }

  @Test
  void theWeightsOfEveryRoundAreThoseOfTheUndisturbedRun() throws IOException {
    assertThat(run.digests("killed")).hasSize(8).isEqualTo(run.digests("undisturbed"));
  }

  @ParameterizedTest(name = "killed {1}")
  @CsvSource({
    "2, while the weights are broadcast",
    "3, while trees grow",
    "4, while the last trees are scored",
    "5, while it learns",
    "6, twice in one round",
    "7, while its gradients wait for the driver"
  })
  void theRoundSaysWhatAnExecutorCost(int round, String phase) throws IOException {
    RoundMetrics metrics = run.rounds("killed").get(round - 1);
    assertThat(metrics.sharesRegrown())
        .as("each task has three of six shares; what the lost executor had, killed %s", phase)
        .isBetween(3, 3 * LostWork.blocks(round));
  }

  @Test
  void roundsWithoutAKillGrowNothingAgain() throws IOException {
    assertThat(run.rounds("killed").get(0).sharesRegrown()).as("first round").isZero();
    assertThat(run.rounds("undisturbed"))
        .as("without a kill")
        .allMatch(round -> round.sharesRegrown() == 0);
  }
}
