package org.treegrpo.job.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * A round of TreeGRPO against a round of a flat group: as many independent trajectories as the tree
 * has leaves, every step but the last stochastic and trained. The same engine and prompts.
 */
final class FlatGroupRow implements Row {

  private static final List<String> SAME =
      List.of(
          "treegrpo.tree.prompts-per-round=4",
          "treegrpo.tree.shares=4",
          "treegrpo.checkpoint.every=0",
          "treegrpo.audit.every=0");
  private static final List<String> FLAT =
      List.of(
          "treegrpo.tree.branching=1",
          "treegrpo.tree.width=9",
          "treegrpo.tree.window.strategy=fixed",
          "treegrpo.tree.window.start=0",
          "treegrpo.tree.trees-per-prompt=27",
          "treegrpo.tree.root-noise=independent");

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    List<String> flat = new ArrayList<>(SAME);
    flat.addAll(FLAT);
    Comparison times =
        Comparison.inTurns(
            bench.repetitions(), () -> seconds(bench, flat), () -> seconds(bench, SAME));
    return List.of(
        Finding.of(
            "A round: flat group of 27, 9 of 10 steps trained / TreeGRPO, k = 3, w = 3",
            Bar.atLeast(2.4, "%.2f×"),
            times.ratio(),
            times.seconds()));
  }

  private static double seconds(Bench bench, List<String> changes) throws Exception {
    return TrainingRounds.of(bench, "local[2]", TrainingRounds.silent(), changes).seconds();
  }
}
