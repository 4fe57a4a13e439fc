package org.treegrpo.job.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.job.settings.ForestSettings;

/**
 * How much sooner a round is done by more task slots, counted in evaluations of the network: a slot
 * takes a run of consecutive shares, and the round ends with the last slot. Counts neither what is
 * sent nor what the driver does.
 */
final class Balance {

  /** A backward pass costs about two forward passes. */
  private static final int TRAINED_PARENT = 3;

  private final List<Long> shares = new ArrayList<>();
  private final long alone;

  /**
   * @param schedule of each tree of the round
   */
  Balance(ForestSettings forest, BranchSchedule schedule) {
    Topology tree = Topology.of(schedule);
    List<Status> depths = Collections.nCopies(schedule.depths(), Status.TRAINED);
    List<Long> parts = new ArrayList<>();
    for (int i = 0; i < forest.trees(); i++) {
      forest.parts(tree).forEach(part -> parts.add(cost(part, depths)));
    }
    int perShare = parts.size() / forest.shares();
    for (int share = 0; share < forest.shares(); share++) {
      shares.add(sum(parts.subList(share * perShare, (share + 1) * perShare)));
    }
    alone = forest.trees() * cost(tree, depths);
  }

  /** Of so many task slots, against one slot that grows whole trees. */
  double speedUp(int slots) {
    int blocks = Math.min(slots, shares.size());
    long longest = 0;
    for (int block = 0; block < blocks; block++) {
      int from = (int) ((long) shares.size() * block / blocks);
      int to = (int) ((long) shares.size() * (block + 1) / blocks);
      longest = Math.max(longest, sum(shares.subList(from, to)));
    }
    return (double) alone / longest;
  }

  private static long cost(Topology part, List<Status> depths) {
    return part.evaluations() + TRAINED_PARENT * RoundWork.trainedParents(part, depths);
  }

  private static long sum(List<Long> costs) {
    return costs.stream().mapToLong(Long::longValue).sum();
  }
}
