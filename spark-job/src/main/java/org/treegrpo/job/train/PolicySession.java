package org.treegrpo.job.train;

import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.treegrpo.job.cluster.ClusterStart;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.settings.TrainSettings;

/**
 * A trained or base policy on a cluster, to be evaluated. Owns the Spark context and the inputs.
 */
public final class PolicySession implements AutoCloseable {

  private final RunInputs inputs;
  private final JavaSparkContext context;
  private final SparkCluster cluster;
  private final int round;
  private final float[] weights;

  private PolicySession(
      RunInputs inputs,
      JavaSparkContext context,
      SparkCluster cluster,
      PolicyWeightsChoice.Weights weights) {
    this.inputs = inputs;
    this.context = context;
    this.cluster = cluster;
    this.round = weights.round();
    this.weights = weights.values();
  }

  /**
   * Opens a policy.
   *
   * @param spark completed by {@link org.treegrpo.job.cluster.SparkSettings}
   */
  public static PolicySession open(
      TrainSettings settings, PolicyWeightsChoice choice, SparkConf spark, Configuration hadoop) {
    RunInputs inputs = RunInputs.load(settings, hadoop);
    try {
      PolicyWeightsChoice.Weights weights = choice.load(inputs, hadoop);
      JavaSparkContext context = ClusterStart.open(spark, settings.cluster());
      try {
        SparkCluster cluster =
            new SparkCluster(context, inputs.runSpec(UUID.randomUUID().toString()));
        return new PolicySession(inputs, context, cluster, weights);
      } catch (Exception e) { // also Spark's checked exceptions, which its Java API hides
        context.close();
        throw e;
      }
    } catch (Exception e) {
      inputs.close();
      throw e;
    }
  }

  /** Scores the held-out prompts. */
  public Evaluator.Evaluation evaluate() {
    return new Evaluator(cluster, inputs.recipe()).evaluate(round, weights);
  }

  @Override
  public void close() {
    try (inputs;
        context) {
      cluster.close();
    }
  }
}
