package org.treegrpo.core.advantage;

import java.util.Arrays;
import java.util.List;

/**
 * The leaf advantages of one round.
 *
 * @param groups in prompt order
 * @param zeroVarianceGroups number of groups without a learning signal
 * @param standardDeviation population std of the unmasked leaf advantages; 0 without any
 */
public record RoundAdvantages(
    List<GroupAdvantages> groups, int zeroVarianceGroups, double standardDeviation) {

  public RoundAdvantages {
    groups = List.copyOf(groups);
  }

  /** Sums up groups that were computed one by one. */
  public static RoundAdvantages of(List<GroupAdvantages> groups) {
    int zeroVariance = (int) groups.stream().filter(GroupAdvantages::zeroVariance).count();
    double[] all = groups.stream().flatMapToDouble(g -> Arrays.stream(g.values())).toArray();
    return new RoundAdvantages(groups, zeroVariance, Moments.of(all).standardDeviation(0));
  }
}
