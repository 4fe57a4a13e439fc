package org.treegrpo.job.train;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.gate.Gate;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.gate.Judged;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;

/** A version of a registry before the gate: three evaluations on the same prompts and noise. */
public final class Judge {

  private final TrainSettings settings;
  private final Registry registry;
  private final Configuration hadoop;

  /**
   * @param settings whose policy is the base, and whose held-out prompts and rewards are used
   */
  public Judge(TrainSettings settings, Registry registry, Configuration hadoop) {
    this.settings = settings;
    this.registry = registry;
    this.hadoop = hadoop;
  }

  /**
   * Judges a version by the promoted one, or by the base where there is none yet.
   *
   * @throws InvalidInputException if an input cannot be used, such as a version of another policy
   */
  public GateVerdict judge(String id, SparkConf spark) throws IOException {
    registry.version(id);
    Optional<String> promoted = registry.current().map(Promotion::version);
    try (RunInputs inputs = RunInputs.load(settings, hadoop);
        Session session = Session.open(spark, settings.cluster());
        SparkCluster cluster = session.start(inputs::runSpec)) {
      Evaluator evaluator = new Evaluator(cluster, inputs.recipe());
      Judged base = judged(evaluator, inputs.directoryWeights());
      Judged incumbent =
          promoted.isEmpty() ? base : judged(evaluator, weights(inputs, promoted.get()));
      Judged candidate = judged(evaluator, weights(inputs, id));
      return new Gate(settings.gate(), settings.evaluation().seed())
          .judge(candidate, incumbent, base);
    }
  }

  private float[] weights(RunInputs inputs, String id) {
    String file = new Path(registry.directory(id), Registry.WEIGHTS).toString();
    Map<String, String> base = inputs.base();
    return StartWeights.read(file, inputs.layout(), base, hadoop);
  }

  private static Judged judged(Evaluator evaluator, float[] weights) {
    Evaluator.Evaluation evaluation = evaluator.evaluate(0, weights);
    return new Judged(evaluation.figures(), evaluation.trained(), evaluation.missing());
  }
}
