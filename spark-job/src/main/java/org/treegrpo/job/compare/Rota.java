package org.treegrpo.job.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.job.metrics.ComparisonIndex;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.metrics.TurnRecord.Status;

/**
 * Whose turn it is: a function of the turns so far, so that a comparison that goes on does as it
 * would have done.
 */
final class Rota {

  private final List<Member> members;
  private final Map<ComparisonIndex.Member, Integer> taken = new HashMap<>();
  private final Map<ComparisonIndex.Member, Status> status = new HashMap<>();
  private int turns;

  /**
   * @param earlier turns of processes before this one; a member that failed there may try again
   * @param more whether there is more to spend than there was: then who was done goes on
   */
  Rota(List<Member> members, List<TurnRecord> earlier, boolean more) {
    this.members = List.copyOf(members);
    earlier.forEach(this::add);
    status.values().removeIf(last -> last == Status.FAILED || (more && last == Status.DONE));
  }

  /** Turns so far. */
  int turns() {
    return turns;
  }

  void add(TurnRecord turn) {
    turns = turn.turn();
    for (Member member : members) {
      if (isOf(turn, member.place())) {
        taken.merge(member.place(), 1, Integer::sum);
        status.put(member.place(), turn.status());
      }
    }
  }

  /** The member with the fewest turns; empty where none goes on. */
  Optional<Member> next() {
    List<Member> open = new ArrayList<>();
    int fewest = Integer.MAX_VALUE;
    for (Member member : members) {
      Status last = status.getOrDefault(member.place(), Status.GOES_ON);
      if (last == Status.GOES_ON) {
        open.add(member);
        fewest = Math.min(fewest, taken.getOrDefault(member.place(), 0));
      }
    }
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get((i + Math.min(fewest, 1 << 20)) % members.size());
      if (open.contains(member) && taken.getOrDefault(member.place(), 0) == fewest) {
        return Optional.of(member);
      }
    }
    return Optional.empty();
  }

  private static boolean isOf(TurnRecord turn, ComparisonIndex.Member place) {
    return turn.variant().equals(place.variant()) && turn.seed() == place.seed();
  }
}
