package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.round.CreditAssigner;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;

/** Rollouts that are gone when the learn job comes are grown again, to the same bytes. */
class RegrowthTest {

  @Test
  void lostRolloutsGiveTheSameGradient(@TempDir Path directory) throws IOException {
    TrainSettings settings = new TinyRun(directory).settings("unused");
    try (RunInputs inputs = RunInputs.load(settings, new Configuration());
        JavaSparkContext context = new JavaSparkContext(TinyRun.spark("local[2]"));
        SparkCluster cluster = new SparkCluster(context, inputs.runSpec("run"));
        SparkCluster intruder = new SparkCluster(context, inputs.runSpec("another run"))) {
      RoundPlan plan = inputs.recipe().plan(1);
      WeightBroadcast weights = cluster.broadcast(inputs.baseWeights());
      GrownRound grown = cluster.grow(plan, weights, false, false);
      RoundCredit credit =
          new CreditAssigner(
                  settings.tree().shape(),
                  settings.advantage(),
                  new double[] {1},
                  settings.update().edgeReduction())
              .assign(plan, grown.shares());
      LearnedRound kept = cluster.learn(plan, grown, weights, weights, credit);
      assertThat(kept.sharesRegrown()).as("all rollouts are still there").isZero();

      // Another run takes the executor over and drops this run's rollouts.
      intruder.grow(plan, intruder.broadcast(inputs.baseWeights()), false, false);
      LearnedRound regrown = cluster.learn(plan, grown, weights, weights, credit);

      assertThat(regrown.sharesRegrown()).as("every share").isEqualTo(plan.shares().size());
      assertThat(regrown.gradient()).as("bit for bit").containsExactly(kept.gradient());
      assertThat(regrown.statistics().maxRatioDeviation()).as("the same rollout").isZero();
    }
  }
}
