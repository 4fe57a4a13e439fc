package org.treegrpo.reward;

import java.util.List;

/**
 * The weighted total of several rewards (ALGORITHMS.md section 1.3): weights normalised to sum 1
 * over the rewards with a weight above 0; the others do not count.
 */
public final class RewardCombination {

  private final double[] weights;

  private RewardCombination(double[] weights) {
    this.weights = weights;
  }

  /**
   * The combination of these rewards, in this order.
   *
   * @throws IllegalArgumentException when a weight is negative or not finite, or all are 0
   */
  public static RewardCombination of(List<RewardDefinition> definitions) {
    double sum = 0;
    for (RewardDefinition definition : definitions) {
      if (!Double.isFinite(definition.weight()) || definition.weight() < 0) {
        throw new IllegalArgumentException(
            "reward '%s': weight = %s must be a finite number of at least 0"
                .formatted(definition.name(), definition.weight()));
      }
      sum += definition.weight();
    }
    if (!(sum > 0) || Double.isInfinite(sum)) {
      throw new IllegalArgumentException(
          "rewards: the weights must have a finite sum above 0, was " + sum);
    }
    double[] weights = new double[definitions.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = definitions.get(i).weight() / sum;
    }
    return new RewardCombination(weights);
  }

  /** The normalised weight of each reward, in order; 0 = recorded only. */
  public double[] weights() {
    return weights.clone();
  }

  /**
   * The total of one row.
   *
   * @param scores one score per reward; NaN = failed
   * @return the weighted sum; NaN where a reward with a weight above 0 failed
   */
  public double total(float[] scores) {
    if (scores.length != weights.length) {
      throw new IllegalArgumentException(
          "scores: %d rewards need as many scores, got %d"
              .formatted(weights.length, scores.length));
    }
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        total += weights[i] * scores[i];
      }
    }
    return total;
  }
}
