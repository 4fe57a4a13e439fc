package org.treegrpo.core.credit;

/**
 * The weighted reward as it is, neither centred nor scaled: for a backup that normalises what it
 * has fused.
 */
public record TotalReward() implements EstimatorFactory {

  @Override
  public String name() {
    return "total";
  }

  @Override
  public Estimator create(AdvantageSettings settings, RewardWeights weights) {
    return (state, groups) ->
        new Estimator.Estimate(
            RoundAdvantages.of(
                groups.stream().map(group -> weights.totals(group.rewards())).toList(),
                Double.POSITIVE_INFINITY),
            state);
  }
}
