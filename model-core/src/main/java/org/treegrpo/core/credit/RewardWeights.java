package org.treegrpo.core.credit;

import java.util.Arrays;

/**
 * How much each reward counts. A reward of weight 0 is ignored, failed or not.
 *
 * @param values one a reward, in a fixed order, at least 0; scaled to sum 1, not copied afterwards
 */
public record RewardWeights(double[] values) {

  public RewardWeights {
    double sum = 0;
    for (double weight : values) {
      if (!(weight >= 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException(
            "reward weights must be finite and at least 0, were " + Arrays.toString(values));
      }
      sum += weight;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException(
          "one reward weight at least must be positive, were " + Arrays.toString(values));
    }
    double total = sum;
    values = Arrays.stream(values).map(weight -> weight / total).toArray();
  }

  /** The leaf's weighted reward sum_m w_m R_m; NaN if a reward that counts failed. */
  public double total(double[] rewards) {
    if (rewards.length != values.length) {
      throw new IllegalArgumentException(
          "a leaf has %d rewards, there are %d reward weights; they must agree"
              .formatted(rewards.length, values.length));
    }
    double total = 0;
    for (int m = 0; m < values.length; m++) {
      if (values[m] > 0) {
        if (!Double.isFinite(rewards[m])) {
          return Double.NaN;
        }
        total += values[m] * rewards[m];
      }
    }
    return total;
  }

  /** The totals of a group's leaves. */
  double[] totals(double[][] group) {
    return Arrays.stream(group).mapToDouble(this::total).toArray();
  }

  /** 1 for each reward that counts: Algorithm 1 adds without weights. */
  double[] signs() {
    return Arrays.stream(values).map(Math::signum).toArray();
  }
}
