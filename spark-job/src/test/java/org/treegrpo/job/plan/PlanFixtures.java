package org.treegrpo.job.plan;

import java.util.List;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.TrainableParameters;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;

/** Inputs of plans. */
public final class PlanFixtures {

  private PlanFixtures() {}

  /** Of a network with one tensor, which is trained. */
  public static PlanInputs inputs(
      PolicySpec policy, int parameters, int trainPrompts, int evaluationPrompts) {
    return new PlanInputs(
        policy,
        new TrainableParameters.Selection(
            List.of(parameter("weight", "float32", true, parameters)), List.of()),
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
