package org.treegrpo.core.credit;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Credit and settings for tests. */
public final class Credits {

  private Credits() {}

  /** Of edges; NaN masks one, and its weight is not used. */
  public static ShareCredit edges(double[] advantages, double[] weights) {
    return new ShareCredit(of(advantages, weights), of(new double[0], new double[0]));
  }

  /** The same of leaves, NaN = failed. */
  public static Credit of(double[] advantages, double[] weights) {
    Status[] statuses =
        Arrays.stream(advantages)
            .mapToObj(advantage -> Double.isNaN(advantage) ? Status.FAILED : Status.TRAINED)
            .toArray(Status[]::new);
    return new Credit(
        Arrays.stream(advantages).map(a -> Double.isNaN(a) ? 0 : a).toArray(),
        IntStream.range(0, weights.length)
            .mapToDouble(i -> i < statuses.length && statuses[i] == Status.FAILED ? 0 : weights[i])
            .toArray(),
        statuses);
  }

  /** Settings with what most tests vary. */
  public static AdvantageSettings settings(
      Aggregation aggregation,
      StdScope scope,
      int ddof,
      double epsilon,
      double clamp,
      Backup backup) {
    return new AdvantageSettings(
        new GroupStatistics(),
        aggregation,
        scope,
        ddof,
        epsilon,
        clamp,
        16,
        backup,
        0,
        false,
        false,
        AdvantageSettings.Group.PROMPT);
  }
}
