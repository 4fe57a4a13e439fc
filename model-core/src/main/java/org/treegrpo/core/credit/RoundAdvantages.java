package org.treegrpo.core.credit;

import java.util.Arrays;
import java.util.List;

/**
 * The leaf advantages of one round. Not copied.
 *
 * @param groups {@code [group][leaf]}, in the order of the groups and their rewards; NaN where a
 *     reward failed
 * @param zeroVarianceGroups groups that have scored leaves, but all of the same reward: every
 *     advantage is 0
 * @param standardDeviation population std of the leaf advantages; 0 without any
 */
public record RoundAdvantages(
    List<double[]> groups, int zeroVarianceGroups, double standardDeviation) {

  /**
   * Sums up groups.
   *
   * @param values one advantage a leaf
   * @param clamp advantages are cut to [-clamp, clamp]
   */
  public static RoundAdvantages of(List<double[]> values, double clamp) {
    List<double[]> clamped =
        values.stream()
            .map(group -> Arrays.stream(group).map(value -> clamp(value, clamp)).toArray())
            .toList();
    int zeroVariance = (int) values.stream().filter(RoundAdvantages::withoutSignal).count();
    double[] all = clamped.stream().flatMapToDouble(Arrays::stream).toArray();
    return new RoundAdvantages(clamped, zeroVariance, Moments.of(all).standardDeviation(0));
  }

  private static boolean withoutSignal(double[] values) {
    double[] scored = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    return scored.length > 0 && Arrays.stream(scored).allMatch(value -> value == 0);
  }

  static double clamp(double value, double clamp) {
    return Math.max(-clamp, Math.min(clamp, value));
  }
}
