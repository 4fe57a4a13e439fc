package org.treegrpo.job.train;

import org.treegrpo.core.credit.EstimatorState;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.executor.FirstShare;
import org.treegrpo.job.round.CreditAssigner;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.spark.WeightBroadcast;

/** The rounds of a run, one when a test asks for it, with one reward of weight 1. */
final class RoundByHand {

  private final RunInputs inputs;
  private final SparkCluster cluster;
  private final PolicyOptimizer optimizer;

  RoundByHand(RunInputs inputs, SparkCluster cluster) {
    this.inputs = inputs;
    this.cluster = cluster;
    this.optimizer = new PolicyOptimizer(inputs.recipe().settings(), inputs.baseWeights());
  }

  static RoundCredit credit(RunInputs inputs, RoundPlan plan, GrownRound grown) {
    return new CreditAssigner(inputs.recipe()).assign(EstimatorState.NONE, plan, grown.shares());
  }

  /** Trains a round; the digest of the weights after it. */
  String train(int round) {
    RoundPlan plan = inputs.recipe().plan(round);
    WeightBroadcast weights = cluster.broadcast(optimizer.weights());
    GrownRound grown = cluster.grow(plan, weights, FirstShare.GROWN);
    LearnedRound learned =
        cluster.learn(plan, grown, weights, weights, 0, credit(inputs, plan, grown));
    optimizer.step(learned.gradient(), 1);
    weights.destroy();
    return WeightsDigest.sha256(optimizer.weights());
  }
}
