package org.treegrpo.core.credit;

/** Makes estimators that compare a leaf with its group: GRPO's. */
public record GroupStatistics() implements EstimatorFactory {

  @Override
  public String name() {
    return "group";
  }

  @Override
  public Estimator create(AdvantageSettings settings, RewardWeights weights) {
    return new GroupNormalised(settings, weights);
  }
}
