package org.treegrpo.core.credit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How several rewards become one (ALGORITHMS.md section 1.3), whatever their statistics are taken
 * over. A leaf with a failed reward that counts is NaN throughout.
 */
record Combination(Aggregation aggregation, RewardWeights weights) {

  /** Makes the values of one reward, or of all together, comparable. */
  interface Normaliser {

    /**
     * @param column the reward's number, or {@link #TOTAL}
     * @param groups {@code [group][leaf]}, NaN = failed
     * @return the same shape
     */
    List<double[]> normalise(int column, List<double[]> groups);
  }

  /** The column of sums over rewards. */
  static final int TOTAL = -1;

  /** One value a leaf. */
  List<double[]> of(List<double[][]> groups, Normaliser normaliser) {
    return switch (aggregation) {
      case NORMALISE_THEN_SUM -> sumOfNormalised(groups, weights.values(), normaliser);
      case SUM_THEN_NORMALISE -> normaliser.normalise(TOTAL, totals(groups));
      case ALG1 ->
          normaliser.normalise(TOTAL, sumOfNormalised(groups, weights.signs(), normaliser));
    };
  }

  List<double[]> totals(List<double[][]> groups) {
    return groups.stream().map(weights::totals).toList();
  }

  private List<double[]> sumOfNormalised(
      List<double[][]> groups, double[] factors, Normaliser normaliser) {
    List<double[]> sums = groups.stream().map(this::zeros).toList();
    for (int m = 0; m < factors.length; m++) {
      if (factors[m] > 0) {
        List<double[]> scores = normaliser.normalise(m, column(groups, sums, m));
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

  /** 0 for every leaf that counts, NaN for every failed one. */
  private double[] zeros(double[][] group) {
    return Arrays.stream(weights.totals(group)).map(Combination::zero).toArray();
  }

  static double zero(double value) {
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
}
