package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.metrics.TurnRecord.Status;

/** Members of a comparison, which take turns, are the runs that they would be alone. */
class ComparisonTest {

  private static final String DIVERGES =
      "{ name = wild, set { optimizer.learning-rate = 1e39, optimizer.warm-up-steps = 0 } }";
  private static final String FAILS =
      "{ name = broken, set { rewards = [ { name = faulty, type = faulty,"
          + " options { fault = throws, every = 1 } } ] } }";

  @TempDir Path directory;
  private TinyComparison comparison;

  @BeforeEach
  void write() throws IOException {
    comparison = new TinyComparison(directory);
  }

  private CommandLineRun compare(String master, Path config, String... overrides)
      throws IOException {
    return compare(TinyRun.spark(master), config, overrides);
  }

  private CommandLineRun compare(SparkConf spark, Path config, String... overrides)
      throws IOException {
    String[] line = new String[3 + 2 * overrides.length];
    line[0] = "compare";
    line[1] = "--config";
    line[2] = config.toString();
    for (int i = 0; i < overrides.length; i++) {
      line[3 + 2 * i] = "--set";
      line[4 + 2 * i] = "treegrpo." + overrides[i];
    }
    return CommandLineRun.of(directory, spark, new Configuration(), line);
  }

  /** One diverges, one fails: nobody else minds. */
  @Test
  void eachMemberIsTheRunThatItIsAloneWhateverBecomesOfTheOthers() throws IOException {
    compare("local[2]", comparison.config("cmp", DIVERGES, FAILS)).assertDone();

    comparison.assertEachIsAsAlone("cmp");
    List<TurnRecord> turns = comparison.turns("cmp");
    assertThat(turns.stream().limit(5).map(TurnRecord::variant))
        .as("the first lap")
        .containsExactly("tree", "flat", "nft", "wild", "broken");
    assertThat(turns.stream().skip(5).map(TurnRecord::variant))
        .as("the second begins with the second")
        .containsExactly("flat", "nft", "tree");
    assertThat(turns.stream().map(TurnRecord::status))
        .as("how they stand: %s", turns)
        .containsExactly(
            Status.GOES_ON,
            Status.GOES_ON,
            Status.GOES_ON,
            Status.DIVERGED,
            Status.FAILED,
            Status.DONE,
            Status.DONE,
            Status.DONE);
    for (TurnRecord turn : turns.subList(5, 8)) {
      assertThat(turn.firstRound()).as("goes on").isEqualTo(3);
      assertThat(turn.lastRound()).as("ends with its budget").isEqualTo(3);
      assertThat(turn.endedBy()).isEqualTo("budget.images");
      double booked = turn.trainedSeconds() + turn.evaluationSeconds() + turn.changeSeconds();
      assertThat(booked).as("booked seconds").isPositive().isLessThan(turn.totalSeconds());
    }
    for (String variant : TinyComparison.names()) {
      assertThat(comparison.evaluations(TinyComparison.member("cmp", variant)))
          .as("evaluated before the first round and after each turn: %s", variant)
          .containsExactly(0, 2, 3);
    }
    assertThat(Files.readString(directory.resolve("cmp/report.html")))
        .as("the report")
        .contains("tree", "flat", "nft", "diverged: ", "failed: ", "Pareto front");
    assertThat(Files.readAllLines(directory.resolve("cmp/compare.csv")))
        .as("a line for each evaluation, of a member that fails the base's")
        .hasSize(1 + 3 * 3 + 2)
        .first()
        .asString()
        .startsWith("variant,seed,round,seconds,evaluations,images,size,size_exact");

    Path report = directory.resolve("cmp/report.html");
    String written = Files.readString(report);
    Files.delete(report);
    CommandLineRun.of(directory, "report", directory.resolve("cmp").toString()).assertDone();
    assertThat(Files.readString(report)).as("written anew").isEqualTo(written);

    CommandLineRun again = compare("local[2]", comparison.config("cmp", DIVERGES, FAILS));
    again.assertDone();
    assertThat(comparison.turns("cmp").stream().skip(8).map(TurnRecord::variant))
        .as("who failed may try again; nobody else does")
        .containsExactly("broken");
  }

  @Test
  void alsoWhereExecutorsDie() throws IOException {
    Path kills = directory.resolve("kills");
    Kills.plan(kills, "grow round 2, start");
    Kills.plan(kills, "learn round 3, start");
    String lethal = "rewards=[{ name = size, type = lethal, time-limit-seconds = 3600 }]";
    compare(LethalPlugin.localCluster(kills), comparison.config("cmp"), lethal).assertDone();
    assertThat(kills).as("moments at which no executor has died").isEmptyDirectory();
    comparison.assertEachIsAsAlone("cmp", lethal);
  }

  /** A larger budget goes on where the smaller one ended. */
  @Test
  void aLargerBudgetGoesOn() throws IOException {
    Path config = comparison.config("cmp");
    compare("local[1]", config, "compare.budget.images=" + TinyComparison.LEAVES).assertDone();
    assertThat(comparison.run().digests(TinyComparison.member("cmp", "flat"))).hasSize(1);
    compare("local[2]", config).assertDone();
    comparison.assertEachIsAsAlone("cmp");
    compare("local[1]", config, "optimizer.learning-rate=2e-3")
        .assertRefused("was made with other settings; treegrpo.optimizer.learning-rate differ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { name = tree, set { } }                                | has two variants of the name 'tree'
          { name = Other, set { } }                               | must be a name of at most 40 small letters, digits
          { name = other, set { tree.brancing = 2 } }             | variant 'other': treegrpo.tree.brancing = 2: unknown key; did you mean treegrpo.tree.branching?
          { name = other, set { method = grpo } }                 | variant 'other': treegrpo.method = grpo: must be one of
          { name = other, set { policy.device = gpu } }           | variant 'other': treegrpo.policy.device = gpu: must be the same for all members, which share executors: auto
          { name = other, set { cluster.start-timeout = 9 s } }   | must not have cluster, which is that of the comparison
          { name = other, set { seed = 3 } }                      | must not have seed, which is that of the comparison
          { name = other, set { policy.path = nowhere } }         | nowhere
          """)
  void aBadVariantIsToldByItsName(String variant, String message) throws IOException {
    Path config = comparison.config("cmp", variant);
    compare("local[1]", config).assertRefused(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          compare.seeds=[1,1]             | treegrpo.compare.seeds = [1,1]: must be at least one seed, none of them twice
          compare.seeds=[]                | treegrpo.compare.seeds = []: must be at least one seed, none of them twice
          compare.budget.images=0         | must be one of seconds, evaluations and images, the same for all members; give it as treegrpo.compare.budget.seconds
          compare.budget.seconds=9        | must be one of seconds, evaluations and images, the same for all members; give it as treegrpo.compare.budget.seconds
          compare.turn.rounds=0           | treegrpo.compare.turn.rounds = 0: must be a whole number from 1 to 1000000
          compare.variants=[]             | treegrpo.compare.variants = []: must be at least two variants
          """)
  void aBadComparisonIsRefused(String override, String message) throws IOException {
    compare("local[1]", comparison.config("cmp"), override).assertRefused(message);
  }

  @Test
  void aDirectoryHoldsOneComparison() throws IOException {
    comparison.run().train("local[1]", "cmp", "treegrpo.rounds=1");
    compare("local[1]", comparison.config("cmp"))
        .assertRefused("cmp is not empty and holds no comparison; choose another directory");
  }
}
