package org.treegrpo.job.plan;

import java.util.List;
import java.util.Optional;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.TrainableParameters;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.Use;

/** Inputs of plans. */
public final class PlanFixtures {

  private static final String CONFIG =
      """
      treegrpo {
        policy { path = /policy, guidance.scale = 1 }
        prompts { train = /train.jsonl, evaluation = /held-out.jsonl }
        rewards = [ { name = spelling, type = ocr } ]
        tree.prompts-per-round = 8
        update.kl = 0.1
      }
      """;
  private static final PolicySpec POLICY =
      new PolicySpec(
          PolicySpec.Type.TORCHSCRIPT,
          "policy.pt",
          new LatentShape(3, 16, 32),
          Prediction.FLOW_VELOCITY,
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty());

  private PlanFixtures() {}

  /** Of a run of eight prompts with a penalty, on a network of one tensor, which is trained. */
  public static RunPlan plan(int parameters, String... settings) {
    return RunPlan.of(
        new SettingsLoader(reward -> List.of())
            .parse(CONFIG, "test.conf", List.of(settings), Use.PLAN),
        inputs(POLICY, parameters, 40, 12));
  }

  /** Of a network with one tensor, which is trained. */
  public static PlanInputs inputs(
      PolicySpec policy, int parameters, int trainPrompts, int evaluationPrompts) {
    return new PlanInputs(
        policy,
        new TrainableParameters.Selection(
            List.of(parameter("weight", "float32", true, parameters)), List.of()),
        0,
        0,
        trainPrompts,
        evaluationPrompts,
        2,
        RewardWeightBytes.NONE);
  }

  static Parameter parameter(String name, String type, boolean requiresGradient, long size) {
    return new Parameter(
        List.of(name), type, new long[] {size}, new long[] {1}, requiresGradient, "data/0", 0);
  }
}
