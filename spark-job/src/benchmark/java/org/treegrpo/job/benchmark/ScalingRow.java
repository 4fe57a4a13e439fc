package org.treegrpo.job.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * Executors of one slot each whose shares cost a fixed time, that of a reward which waits for every
 * image: as many shares as executors, and one tree cut into four shares.
 */
final class ScalingRow implements Row {

  private static final int EXECUTORS = 4;
  private static final int MILLIS = 1000;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    Comparison weak =
        Comparison.inTurns(
            bench.repetitions(),
            () -> seconds(bench, 1, prompts(1, 1)),
            () -> seconds(bench, EXECUTORS, prompts(EXECUTORS, EXECUTORS)));
    Comparison split =
        Comparison.inTurns(
            bench.repetitions(),
            () -> seconds(bench, EXECUTORS, prompts(1, 1)),
            () -> seconds(bench, EXECUTORS, prompts(1, EXECUTORS)));
    return List.of(
        Finding.of(
            "Weak scaling, a share of 16 images for each of 1 and 4 executors",
            Bar.atLeast(0.9, "%.2f"),
            weak.ratio(),
            weak.seconds()),
        Finding.of(
            "One tree of 16 images on 4 executors: as one share / as 4 shares",
            Bar.atLeast(2.5, "%.2f×"),
            split.ratio(),
            split.seconds()));
  }

  private static List<String> prompts(int prompts, int shares) {
    return List.of(
        "treegrpo.tree.prompts-per-round=" + prompts,
        "treegrpo.tree.branching=4",
        "treegrpo.tree.width=2",
        "treegrpo.tree.shares=" + shares);
  }

  private static double seconds(Bench bench, int executors, List<String> work) throws Exception {
    List<String> changes = new ArrayList<>(work);
    changes.addAll(
        List.of(
            "treegrpo.checkpoint.every=0",
            "treegrpo.audit.every=0",
            "treegrpo.reward-workers.threads=1",
            "treegrpo.reward-workers.chunk-rows=1",
            "treegrpo.rewards=[{name=remote, type=%s, options{%s=%d}}]"
                .formatted(WaitingRewardProvider.TYPE, WaitingRewardProvider.MILLIS, MILLIS)));
    Bench oneRound = new Bench(bench.root(), bench.scratch(), 1, 1); // of 16 seconds and more
    return TrainingRounds.of(
            oneRound,
            "local-cluster[%d,1,1024]".formatted(executors),
            TrainingRounds.silent(),
            changes)
        .seconds();
  }
}
