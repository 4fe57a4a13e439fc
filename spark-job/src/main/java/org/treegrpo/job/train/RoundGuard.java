package org.treegrpo.job.train;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.executor.GrownBlock;
import org.treegrpo.job.round.ScoredShare;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.arrow.RewardRow;

/** Stops a run that would train on garbage. */
record RoundGuard(TrainSettings settings) {

  /**
   * The start-up self-check: before the first update every ratio must be 1 (ALGORITHMS.md section
   * 2.3).
   */
  void checkRatio(GrownRound grown) {
    for (GrownBlock block : grown.blocks()) {
      if (block.ratioDeviation() > settings.selfCheck().tolerance()) {
        throw new TrainingException(
            "self-check: replaying the rollout's first parents gives |ratio - 1| = %.3g, above treegrpo.self-check.tolerance = %.3g; the policy is not a function of its inputs, or sampling and replay differ"
                .formatted(block.ratioDeviation(), settings.selfCheck().tolerance()));
      }
    }
  }

  /** At most {@code reward-workers.max-failed-share} of a round's leaves may lack a score. */
  void checkRewards(int round, GrownRound grown) {
    int leaves = 0;
    int failed = 0;
    for (ScoredShare share : grown.shares()) {
      for (RewardRow row : share.rewards().rows()) {
        leaves++;
        for (float score : row.scores()) {
          if (Float.isNaN(score)) {
            failed++;
            break;
          }
        }
      }
    }
    double limit = settings.rewardWorkers().maxFailedShare();
    if (failed == leaves || failed > limit * leaves) {
      List<String> causes =
          grown.blocks().stream()
              .flatMap(block -> Arrays.stream(block.rewardFailures()))
              .distinct()
              .limit(3)
              .toList();
      throw new TrainingException(
          "round %d: %d of %d leaves could not be scored, more than treegrpo.reward-workers.max-failed-share = %s allows; first causes: %s"
              .formatted(round, failed, leaves, limit, causes));
    }
  }
}
