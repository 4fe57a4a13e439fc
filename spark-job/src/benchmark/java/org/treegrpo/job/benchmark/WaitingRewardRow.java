package org.treegrpo.job.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.pool.RewardPool;
import org.treegrpo.reward.pool.RewardPoolSettings;

/**
 * Growing and scoring together against the larger of the two alone, with a reward that only waits,
 * as a remote one does. The wait of a call is chosen so that scoring alone takes about as long as
 * growing alone: where overlapping them matters most.
 */
final class WaitingRewardRow implements Row {

  private static final int SHARES = 96;
  private static final int LEAVES = 3;
  private static final int THREADS = 8;
  private static final int CHUNK_ROWS = 1;
  private static final int CALLS = SHARES * LEAVES / CHUNK_ROWS;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    List<Double> ratios = new ArrayList<>();
    List<Double> growing = new ArrayList<>();
    List<Double> scoring = new ArrayList<>();
    List<Double> together = new ArrayList<>();
    for (int i = 0; i < bench.repetitions(); i++) {
      double grow = growAndScore(bench, 0);
      long wait = Math.round(1e3 * grow * THREADS / CALLS);
      double score = score(wait);
      double both = growAndScore(bench, wait);
      growing.add(grow);
      scoring.add(score);
      together.add(both);
      ratios.add(both / Math.max(grow, score));
    }
    return List.of(
        Finding.of(
            "Grow and score with a reward that only waits / the larger of the two alone",
            Bar.atMost(1.1, "%.2f×"),
            Spread.of(ratios),
            "together %s s; growing alone %s s, scoring alone %s s"
                .formatted(
                    Spread.of(together).format("%.2f"),
                    Spread.of(growing).format("%.2f"),
                    Spread.of(scoring).format("%.2f"))));
  }

  private static double growAndScore(Bench bench, long millis) throws Exception {
    return TrainingRounds.of(
            bench,
            "local[2]",
            TrainingRounds.silent(),
            List.of(
                "treegrpo.tree.prompts-per-round=" + SHARES,
                "treegrpo.tree.shares=" + SHARES,
                "treegrpo.tree.width=1",
                "treegrpo.checkpoint.every=0",
                "treegrpo.audit.every=0",
                "treegrpo.reward-workers.threads=" + THREADS,
                "treegrpo.reward-workers.chunk-rows=" + CHUNK_ROWS,
                "treegrpo.rewards=[{name=remote, type=%s, options{%s=%d}}]"
                    .formatted(WaitingRewardProvider.TYPE, WaitingRewardProvider.MILLIS, millis)))
        .mean(round -> round.seconds().grow() + round.seconds().score());
  }

  /** Wall time of a round's images in the pool, with nothing beside it. */
  private static double score(long millis) throws Exception {
    RewardDefinition reward =
        new RewardDefinition(
            "remote",
            WaitingRewardProvider.TYPE,
            1,
            Duration.ofMinutes(1),
            Map.of(WaitingRewardProvider.MILLIS, Long.toString(millis)));
    ImageBatch images = new ImageBatch(LEAVES, 1, 1, new float[3 * LEAVES]);
    List<RewardPrompt> prompts =
        Collections.nCopies(LEAVES, new RewardPrompt("id", "text", List.of()));
    try (RewardPool pool =
        RewardPool.open(List.of(reward), new RewardPoolSettings(THREADS, CHUNK_ROWS))) {
      long start = System.nanoTime();
      List<CompletableFuture<ScoredBatch>> shares = new ArrayList<>();
      for (int i = 0; i < SHARES; i++) {
        shares.add(pool.submit(images, prompts));
      }
      shares.forEach(CompletableFuture::join);
      return (System.nanoTime() - start) * 1e-9;
    }
  }
}
