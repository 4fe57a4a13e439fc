package org.treegrpo.job.train;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;

/**
 * A trained or base policy on a cluster, to be evaluated. Owns the Spark session and the inputs.
 */
public final class PolicySession implements AutoCloseable {

  private final RunInputs inputs;
  private final Session session;
  private final SparkCluster cluster;
  private final int round;
  private final float[] weights;

  private PolicySession(
      RunInputs inputs,
      Session session,
      SparkCluster cluster,
      PolicyWeightsChoice.Weights weights) {
    this.inputs = inputs;
    this.session = session;
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
      Session session = Session.open(spark, settings.cluster());
      try {
        return new PolicySession(inputs, session, cluster(inputs, session), weights);
      } catch (Exception e) { // also Spark's checked exceptions, which its Java API hides
        session.close();
        throw e;
      }
    } catch (Exception e) {
      inputs.close();
      throw e;
    }
  }

  private static SparkCluster cluster(RunInputs inputs, Session session) {
    SparkCluster cluster = session.start(inputs::runSpec);
    try {
      inputs.probe(cluster);
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
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
        session) {
      cluster.close();
    }
  }
}
