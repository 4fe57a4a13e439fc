package org.treegrpo.core.credit;

import java.util.Arrays;
import java.util.List;

/**
 * Group reward-decoupled normalisation: each reward is normalised in its group, and their weighted
 * sum once more over the round, so that no reward is drowned by another's spread.
 */
public record Gdpo() implements EstimatorFactory {

  @Override
  public String name() {
    return "gdpo";
  }

  @Override
  public Estimator create(AdvantageSettings settings, RewardWeights weights) {
    Combination decoupled = new Combination(Aggregation.NORMALISE_THEN_SUM, weights);
    return (state, groups) -> {
      List<double[]> sums =
          decoupled.of(
              groups.stream().map(RewardGroup::rewards).toList(),
              (column, scores) ->
                  scores.stream().map(own -> normalise(settings, own, own)).toList());
      double[] round = sums.stream().flatMapToDouble(Arrays::stream).toArray();
      return new Estimator.Estimate(
          RoundAdvantages.of(
              sums.stream().map(sum -> normalise(settings, round, sum)).toList(), settings.clamp()),
          state);
    };
  }

  private static double[] normalise(AdvantageSettings settings, double[] all, double[] values) {
    Moments moments = Moments.of(all);
    return moments.centred(values, moments.standardDeviation(settings.ddof()) + settings.epsilon());
  }
}
