package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.executor.FirstShare;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.BlockRdd;
import org.treegrpo.job.spark.WeightBroadcast;

/** Rollouts that are gone when the learn job comes are grown again, to the same bytes. */
class RegrowthTest {

  @TempDir Path directory;

  /** Takes rollouts away between the two jobs of a round. */
  @FunctionalInterface
  private interface Loss {
    void of(RunInputs inputs, JavaSparkContext context, GrownRound grown) throws IOException;
  }

  @Test
  void lostRolloutsGiveTheSameGradient() throws IOException {
    int regrown =
        sharesRegrown(
            TinyRun.spark("local[2]"),
            (inputs, context, grown) -> {
              // An executor keeps two runs: two others drive this one and its rollouts out.
              try (SparkCluster other =
                      new SparkCluster(context, inputs.runSpec("another run"), List.of());
                  SparkCluster third =
                      new SparkCluster(context, inputs.runSpec("a third run"), List.of())) {
                grow(inputs, other);
                grow(inputs, third);
              }
            });
    assertThat(regrown).as("every share").isEqualTo(6);
  }

  @Test
  void aShareGrownAgainWithOtherBitsIsNotLearnedFrom() {
    assertThatThrownBy(
            () ->
                sharesRegrown(
                    TinyRun.spark("local[2,4]"), // no attempt may learn from it
                    (inputs, context, grown) -> {
                      // As if another kind of machine had grown it.
                      double[] logProbs = grown.shares().get(4).logProbs();
                      logProbs[0] = Math.nextUp(logProbs[0]);
                      try (SparkCluster other =
                              new SparkCluster(context, inputs.runSpec("b"), List.of());
                          SparkCluster third =
                              new SparkCluster(context, inputs.runSpec("c"), List.of())) {
                        grow(inputs, other);
                        grow(inputs, third);
                      }
                    }))
        .rootCause()
        .hasMessageContaining("share 4 of round 1, grown again, has other log-probabilities");
  }

  @Test
  void otherRunsThatAreOverCostNothing() throws IOException {
    int regrown =
        sharesRegrown(
            TinyRun.spark("local[2]"),
            (inputs, context, grown) -> {
              for (String runId : List.of("another run", "a third run")) {
                // The executor closes what is over before it closes what it may need again.
                try (SparkCluster other =
                    new SparkCluster(context, inputs.runSpec(runId), List.of())) {
                  grow(inputs, other);
                }
              }
            });
    assertThat(regrown).as("shares").isZero();
  }

  private static void grow(RunInputs inputs, SparkCluster cluster) {
    WeightBroadcast weights = cluster.broadcast(inputs.baseWeights());
    cluster.grow(inputs.recipe().plan(1), weights, FirstShare.GROWN);
    weights.destroy();
  }

  @Test
  void anExecutorLostBetweenTheTwoJobsCostsItsSharesAndNoBit() throws IOException {
    Path kills = directory.resolve("kills");
    int regrown =
        sharesRegrown(
            LethalPlugin.localCluster(kills),
            (inputs, context, grown) -> {
              Kills.plan(kills, "between the jobs, start");
              // It begins where shares were grown, dies with its executor and is run elsewhere:
              // when it is done, the driver knows.
              List<String> grower = List.of(grown.blocks().get(0).location());
              BlockRdd.<String>run(
                  context.sc(), "run", "between the jobs", 1, grower, (block, task) -> "survived");
              assertThat(kills).as("moments at which no executor has died").isEmptyDirectory();
            });
    assertThat(regrown).as("what the lost executor had grown").isGreaterThanOrEqualTo(3);
  }

  /** Learns from one rollout before and after a loss; checks that the gradients are the same. */
  private int sharesRegrown(SparkConf spark, Loss loss) throws IOException {
    TrainSettings settings = new TinyRun(directory).settings("unused");
    try (RunInputs inputs = RunInputs.load(settings, new Configuration());
        JavaSparkContext context = new JavaSparkContext(spark);
        SparkCluster cluster = new SparkCluster(context, inputs.runSpec("run"), List.of())) {
      RoundPlan plan = inputs.recipe().plan(1);
      assertThat(plan.shares()).as("shares").hasSize(6);
      WeightBroadcast weights = cluster.broadcast(inputs.baseWeights());
      GrownRound grown = cluster.grow(plan, weights, FirstShare.GROWN);
      RoundCredit credit = RoundByHand.credit(inputs, plan, grown);
      LearnedRound kept = cluster.learn(plan, grown, weights, weights, 0, credit);
      assertThat(kept.sharesRegrown()).as("all rollouts are still there").isZero();

      loss.of(inputs, context, grown);
      LearnedRound regrown = cluster.learn(plan, grown, weights, weights, 0, credit);

      assertThat(regrown.gradient()).as("bit for bit").containsExactly(kept.gradient());
      assertThat(regrown.statistics().maxRatioDeviation()).as("the same rollout").isZero();
      return regrown.sharesRegrown();
    }
  }
}
