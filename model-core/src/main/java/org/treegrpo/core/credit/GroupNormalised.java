package org.treegrpo.core.credit;

import java.util.Arrays;
import java.util.List;

/**
 * Advantages from the statistics of a leaf's own group, its standard deviation perhaps of the whole
 * round (ALGORITHMS.md section 1.3); exactly 0 in a group of {@linkplain Moments#constant equal}
 * rewards.
 */
final class GroupNormalised implements Estimator {

  private final AdvantageSettings settings;
  private final Combination combination;

  GroupNormalised(AdvantageSettings settings, RewardWeights weights) {
    this.settings = settings;
    this.combination = new Combination(settings.aggregation(), weights);
  }

  @Override
  public Estimate estimate(EstimatorState state, List<RewardGroup> groups) {
    return new Estimate(round(groups.stream().map(RewardGroup::rewards).toList()), state);
  }

  RoundAdvantages round(List<double[][]> groups) {
    return RoundAdvantages.of(
        switch (settings.stdScope()) {
          case GROUP ->
              groups.stream()
                  .flatMap(group -> combine(List.<double[][]>of(group)).stream())
                  .toList();
          case GLOBAL -> combine(groups);
        },
        settings.clamp());
  }

  /** Std is taken over the given groups together: one group, or the round. */
  private List<double[]> combine(List<double[][]> groups) {
    return combination.of(groups, (column, values) -> normalise(values));
  }

  /** (value - group mean) / (std + eps). */
  private List<double[]> normalise(List<double[]> groups) {
    double[] all = groups.stream().flatMapToDouble(Arrays::stream).toArray();
    double scale = Moments.of(all).standardDeviation(settings.ddof()) + settings.epsilon();
    return groups.stream().map(group -> Moments.of(group).centred(group, scale)).toList();
  }
}
