package org.treegrpo.job.train;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.gate.Gate;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.gate.Judged;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;

/** A version of a registry before the gate: three evaluations on the same prompts and noise. */
public final class Judge {

  private final SettingsOf settings;
  private final Registry registry;
  private final Configuration hadoop;

  /**
   * @param settings whose policy is the base, and whose held-out prompts and rewards are used
   */
  public Judge(SettingsOf settings, Registry registry, Configuration hadoop) {
    this.settings = settings;
    this.registry = registry;
    this.hadoop = hadoop;
  }

  /**
   * Judges a version by the promoted one, or by the base where there is none yet; by the prompts of
   * the vault only where it has passed on the others.
   *
   * @param draw which of the held-out prompts are used, where not all are
   * @throws InvalidInputException if an input cannot be used, such as a version of another policy
   */
  public Judgement judge(String id, String draw, SparkConf spark) throws IOException {
    registry.version(id);
    Optional<String> promoted = registry.current().map(Promotion::version);
    TrainSettings heldOut =
        settings.with(
            List.of(
                "treegrpo.evaluation.from=held-out", "treegrpo.evaluation.draw=\"" + draw + "\""));
    try (Session session = Session.open(spark, heldOut.cluster())) {
      Gate gate = new Gate(heldOut.gate(), heldOut.evaluation().seed());
      Three three = evaluate(id, promoted, heldOut, session);
      GateVerdict verdict = gate.judge(three.candidate, three.incumbent, three.base);
      List<String> vault = List.of();
      if (verdict.passed() && heldOut.evaluation().vault() > 0) {
        TrainSettings apart =
            settings.with(
                List.of("treegrpo.evaluation.from=vault", "treegrpo.evaluation.prompts=0"));
        Three kept = evaluate(id, promoted, apart, session);
        verdict = gate.vault(verdict, kept.candidate, kept.incumbent);
        vault = kept.prompts;
      }
      return new Judgement(
          id,
          promoted.orElse(null),
          heldOut.gate(),
          verdict,
          new Judgement.Figures(
              three.candidate.figures(), three.incumbent.figures(), three.base.figures()),
          three.prompts,
          vault);
    }
  }

  private record Three(Judged candidate, Judged incumbent, Judged base, List<String> prompts) {}

  private Three evaluate(
      String id, Optional<String> promoted, TrainSettings evaluated, Session session)
      throws IOException {
    try (RunInputs inputs = RunInputs.load(evaluated, hadoop);
        SparkCluster cluster = session.start(inputs::runSpec)) {
      inputs.probe(cluster);
      Evaluator evaluator = new Evaluator(cluster, inputs.recipe());
      Judged base = judged(evaluator, inputs.directoryWeights());
      return new Three(
          judged(evaluator, weights(inputs, id)),
          promoted.isEmpty() ? base : judged(evaluator, weights(inputs, promoted.get())),
          base,
          inputs.recipe().evaluationPrompts().stream().map(Prompt::id).toList());
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
