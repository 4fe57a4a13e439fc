package org.treegrpo.core.advantage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Leaf advantages from rewards, per prompt group (ALGORITHMS.md section 1.3). A prompt's group
 * holds the leaves of all its trees. A leaf with a failed reward (not finite) is masked: it takes
 * no part in any statistic and its advantage is NaN. Rewards of weight 0 are ignored, failed or
 * not.
 */
public final class LeafAdvantages {

  private final AdvantageSettings settings;
  private final double[] weights;

  /**
   * An estimator for rewards in a fixed order.
   *
   * @param rewardWeights one weight a reward, at least 0 and not all 0; scaled to sum 1
   */
  public LeafAdvantages(AdvantageSettings settings, double[] rewardWeights) {
    this.settings = Objects.requireNonNull(settings, "settings");
    double sum = 0;
    for (double weight : rewardWeights) {
      if (!(weight >= 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException(
            "reward weights must be finite and at least 0, were " + Arrays.toString(rewardWeights));
      }
      sum += weight;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException(
          "one reward weight at least must be positive, were " + Arrays.toString(rewardWeights));
    }
    double total = sum;
    this.weights = Arrays.stream(rewardWeights).map(weight -> weight / total).toArray();
  }

  /**
   * Advantages of one complete group, for std scope {@code group}.
   *
   * @param rewards {@code [leaf][reward]}
   */
  public GroupAdvantages group(double[][] rewards) {
    if (settings.stdScope() == StdScope.GLOBAL) {
      throw new IllegalStateException(
          "std-scope global needs all groups of the round at once, not one by one");
    }
    return combine(List.<double[][]>of(rewards)).get(0);
  }

  /**
   * Advantages of all groups of a round, for either std scope.
   *
   * @param groups per prompt, in order, {@code [leaf][reward]}
   */
  public RoundAdvantages round(List<double[][]> groups) {
    return RoundAdvantages.of(
        switch (settings.stdScope()) {
          case GROUP -> groups.stream().map(this::group).toList();
          case GLOBAL -> combine(groups);
        });
  }

  /** The leaf's weighted reward sum_m w_m R_m; NaN if it is masked. */
  public double total(double[] rewards) {
    if (rewards.length != weights.length) {
      throw new IllegalArgumentException(
          "a leaf has %d rewards, there are %d reward weights; they must agree"
              .formatted(rewards.length, weights.length));
    }
    double total = 0;
    for (int m = 0; m < weights.length; m++) {
      if (weights[m] > 0) {
        if (!Double.isFinite(rewards[m])) {
          return Double.NaN;
        }
        total += weights[m] * rewards[m];
      }
    }
    return total;
  }

  /** Std is taken over the given groups together: one group, or the round. */
  private List<GroupAdvantages> combine(List<double[][]> groups) {
    List<double[]> combined =
        switch (settings.aggregation()) {
          case NORMALISE_THEN_SUM -> sumOfNormalised(groups, weights);
          case SUM_THEN_NORMALISE -> normalise(groups.stream().map(this::totals).toList());
          case ALG1 -> normalise(sumOfNormalised(groups, used()));
        };
    List<GroupAdvantages> result = new ArrayList<>();
    for (double[] values : combined) {
      double[] clamped = Arrays.stream(values).map(this::clamp).toArray();
      result.add(new GroupAdvantages(clamped, withoutSignal(values)));
    }
    return result;
  }

  private double[] totals(double[][] group) {
    return Arrays.stream(group).mapToDouble(this::total).toArray();
  }

  /** 1 for each reward that counts: Algorithm 1 adds without weights. */
  private double[] used() {
    return Arrays.stream(weights).map(Math::signum).toArray();
  }

  private List<double[]> sumOfNormalised(List<double[][]> groups, double[] factors) {
    List<double[]> sums = groups.stream().map(this::zeros).toList();
    for (int m = 0; m < factors.length; m++) {
      if (factors[m] > 0) {
        List<double[]> scores = normalise(column(groups, sums, m));
        for (int group = 0; group < sums.size(); group++) {
          double[] sum = sums.get(group);
          for (int leaf = 0; leaf < sum.length; leaf++) {
            sum[leaf] += factors[m] * scores.get(group)[leaf];
          }
        }
      }
    }
    return sums;
  }

  /** 0 for every leaf that counts, NaN for every masked one. */
  private double[] zeros(double[][] group) {
    return Arrays.stream(totals(group)).map(LeafAdvantages::zero).toArray();
  }

  private static double zero(double value) {
    return Double.isNaN(value) ? Double.NaN : 0;
  }

  private static List<double[]> column(List<double[][]> groups, List<double[]> masks, int m) {
    List<double[]> column = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      double[] values = masks.get(group).clone();
      for (int leaf = 0; leaf < values.length; leaf++) {
        if (!Double.isNaN(values[leaf])) {
          values[leaf] = groups.get(group)[leaf][m];
        }
      }
      column.add(values);
    }
    return column;
  }

  /**
   * (value - group mean) / (std + eps); exactly 0 in a group of {@linkplain Moments#constant equal}
   * values.
   */
  private List<double[]> normalise(List<double[]> groups) {
    double[] all = groups.stream().flatMapToDouble(Arrays::stream).toArray();
    double scale = Moments.of(all).standardDeviation(settings.ddof()) + settings.epsilon();
    return groups.stream().map(group -> normalise(group, scale)).toList();
  }

  private static double[] normalise(double[] group, double scale) {
    Moments moments = Moments.of(group);
    return Arrays.stream(group)
        .map(value -> moments.constant() ? zero(value) : (value - moments.mean()) / scale)
        .toArray();
  }

  private static boolean withoutSignal(double[] values) {
    double[] unmasked = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    return unmasked.length > 0 && Arrays.stream(unmasked).allMatch(value -> value == 0);
  }

  private double clamp(double value) {
    return Math.max(-settings.clamp(), Math.min(settings.clamp(), value));
  }
}
