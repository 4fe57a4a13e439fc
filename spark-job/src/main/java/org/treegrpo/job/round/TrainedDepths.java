package org.treegrpo.job.round;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.job.settings.PruningSettings;
import org.treegrpo.job.settings.TrainedSettings;
import org.treegrpo.job.settings.TrainedSettings.Strategy;
import org.treegrpo.job.settings.UpdateSettings;

/**
 * Which depths of a round's trees are trained, the same for all of them: a function of the settings
 * and the round's number, so that driver, executors and the dry run agree.
 */
public final class TrainedDepths {

  private TrainedDepths() {}

  /**
   * The status of the edges of each depth, the first depth first.
   *
   * @param family of the policy
   */
  public static List<Status> of(
      UpdateSettings update, Family family, RoundKey key, BranchSchedule schedule) {
    if (update.learner().onLeaves()) {
      return Collections.nCopies(schedule.depths(), Status.NOT_TRAINED);
    }
    List<Integer> trained = trained(update.trainedSteps(), family, key, schedule);
    List<Integer> pruned = pruned(update.pruning(), trained, key.round());
    return IntStream.range(0, schedule.depths())
        .mapToObj(
            depth ->
                pruned.contains(depth)
                    ? Status.PRUNED
                    : trained.contains(depth) ? Status.TRAINED : Status.NOT_TRAINED)
        .toList();
  }

  private static List<Integer> trained(
      TrainedSettings settings, Family family, RoundKey key, BranchSchedule schedule) {
    boolean withoutLast =
        settings.strategy() != Strategy.ALL
            && family == Family.FLOW
            && schedule.end() == schedule.steps();
    List<Integer> depths =
        new ArrayList<>(
            IntStream.range(0, schedule.depths() - (withoutLast ? 1 : 0)).boxed().toList());
    if (settings.strategy() == Strategy.RANDOM) {
      long draw = Keys.of(key.runSeed(), key.round(), Keys.TRAINED);
      depths.sort(Comparator.comparingLong(depth -> Keys.combine(draw, depth)));
      long kept = Math.max(1, Math.round(settings.fraction() * depths.size()));
      return depths.subList(0, (int) Math.min(kept, depths.size()));
    }
    return depths;
  }

  /** The deepest ones, then one nearer to the root each period, and from there back again. */
  private static List<Integer> pruned(PruningSettings settings, List<Integer> trained, int round) {
    if (settings.depths() == 0) {
      return List.of();
    }
    List<Integer> inOrder = trained.stream().sorted().toList();
    int places = inOrder.size() - settings.depths() + 1;
    int first = places - 1 - (round - 1) / settings.period() % places;
    return inOrder.subList(first, first + settings.depths());
  }
}
