package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;

/** Several experiments of one session. */
class RunsInTurnsTest {

  private static final int ROUNDS = 3;

  @TempDir Path directory;

  private static String[] overrides(String name, int seed) {
    return new String[] {
      "treegrpo.seed=" + seed,
      "treegrpo.rewards=[{ name = " + name + ", type = counted }]",
      "treegrpo.reward-workers.threads=1"
    };
  }

  @Test
  void roundsOfTwoRunsInTurnsGiveTheWeightsOfEachAloneAndTheExecutorMakesEachOnce()
      throws IOException {
    TinyRun tiny = new TinyRun(directory);
    tiny.train("local[1]", "first-alone", overrides("of-first-alone", 7));
    tiny.train("local[1]", "second-alone", overrides("of-second-alone", 8));
    TrainSettings firstSettings = tiny.settings("unused", overrides("of-first", 7));
    TrainSettings secondSettings = tiny.settings("unused", overrides("of-second", 8));
    List<String> first = new ArrayList<>();
    List<String> second = new ArrayList<>();
    try (RunInputs ofFirst = RunInputs.load(firstSettings, new Configuration());
        RunInputs ofSecond = RunInputs.load(secondSettings, new Configuration());
        Session session = Session.open(TinyRun.spark("local[2]"), firstSettings.cluster());
        SparkCluster firstCluster = session.start(ofFirst::runSpec);
        SparkCluster secondCluster = session.start(ofSecond::runSpec)) {
      RoundByHand firstRun = new RoundByHand(ofFirst, firstCluster);
      RoundByHand secondRun = new RoundByHand(ofSecond, secondCluster);
      for (int round = 1; round <= ROUNDS; round++) {
        first.add(firstRun.train(round));
        second.add(secondRun.train(round));
      }
    }
    assertThat(first).as("the first").isEqualTo(tiny.digests("first-alone"));
    assertThat(second).as("the second").isEqualTo(tiny.digests("second-alone"));
    assertThat(first).as("two different runs").doesNotContainAnyElementsOf(second);
    assertThat(List.of(CountedReward.made("of-first"), CountedReward.made("of-second")))
        .as("instances of their rewards, one for each runtime of the executor")
        .containsExactly(1, 1);
  }

  @Test
  void runsOfTheSameRewardsAndPolicyHandThemOnToOneAnother() throws IOException {
    TinyRun tiny = new TinyRun(directory);
    List<String> alone = new ArrayList<>();
    List<String> inTurns = new ArrayList<>();
    int runs = 4;
    for (int seed = 1; seed <= runs; seed++) {
      tiny.train("local[1]", "alone-" + seed, overrides("of-alone", seed));
      alone.addAll(tiny.digests("alone-" + seed).subList(0, 1));
    }
    TrainSettings first = tiny.settings("unused", overrides("shared", 1));
    try (Session session = Session.open(TinyRun.spark("local[2]"), first.cluster())) {
      List<AutoCloseable> open = new ArrayList<>();
      for (int seed = 1; seed <= runs; seed++) {
        RunInputs inputs =
            RunInputs.load(tiny.settings("unused", overrides("shared", seed)), new Configuration());
        SparkCluster cluster = session.start(inputs::runSpec);
        open.addAll(List.of(cluster, inputs));
        inTurns.add(new RoundByHand(inputs, cluster).train(1));
      }
      for (AutoCloseable one : open) {
        close(one);
      }
    }
    assertThat(inTurns).as("the first round of each").isEqualTo(alone);
    assertThat(CountedReward.made("shared")).as("instances of the reward").isEqualTo(1);
  }

  private static void close(AutoCloseable one) throws IOException {
    try {
      one.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
