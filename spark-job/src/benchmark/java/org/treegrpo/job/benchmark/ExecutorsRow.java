package org.treegrpo.job.benchmark;

import java.util.List;

/** Two executors of one core each against one of them, on the same rounds of 16 shares. */
final class ExecutorsRow implements Row {

  private static final List<String> SIXTEEN_SHARES =
      List.of(
          "treegrpo.tree.prompts-per-round=16",
          "treegrpo.tree.shares=16",
          "treegrpo.tree.width=2",
          "treegrpo.checkpoint.every=0",
          "treegrpo.audit.every=0");

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    Comparison times =
        Comparison.inTurns(bench.repetitions(), () -> seconds(bench, 1), () -> seconds(bench, 2));
    return List.of(
        Finding.of(
            "Grow, score and learn 16 shares: one executor of one core / two of them",
            Bar.atLeast(1.8, "%.2f×"),
            times.ratio(),
            times.seconds()));
  }

  private static double seconds(Bench bench, int executors) throws Exception {
    return TrainingRounds.of(
            bench,
            "local-cluster[%d,1,2048]".formatted(executors),
            TrainingRounds.silent(),
            SIXTEEN_SHARES)
        .mean(round -> round.seconds().grow() + round.seconds().score() + round.seconds().learn());
  }
}
