package org.treegrpo.job.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.EvaluationRecord.Label;
import org.treegrpo.job.metrics.RoundMetrics.ModelSeconds;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;

/** Rounds and evaluations for tests. */
public final class MetricsFixtures {
  private MetricsFixtures() {}

  /** A round whose reward grows with its number. */
  public static RoundMetrics round(int round) {
    Map<String, RewardStatistics> reward = new LinkedHashMap<>();
    reward.put("ocr", new RewardStatistics(0.2 + 0.01 * round, 0.25, 0, 1, 0));
    reward.put(
        "aesthetic", new RewardStatistics(Double.NaN, Double.NaN, Double.NaN, Double.NaN, 8));
    long leaves = 27L * (2 + round % 4);
    long parents = 13L * (2 + round % 3);
    double grow = 1.0 + 0.02 * leaves;
    double learn = 0.5 + 0.05 * parents;
    return new RoundMetrics(
        round,
        round % 3,
        new PhaseSeconds(grow, 0.3, 0.01, learn, 0.08, 0.2, grow + learn + 0.59),
        new ModelSeconds(grow * 1.6, learn * 1.5, 0.4),
        new NetworkEvaluations(leaves * 6, parents, parents),
        leaves,
        parents,
        parents * 3,
        reward,
        0.98,
        1,
        3e-7,
        0.125,
        2e-5,
        0.001,
        Double.NaN,
        0.75,
        2e-6,
        12,
        3e-4,
        "ab".repeat(32),
        0);
  }

  /** An evaluation whose scores grow with the round. */
  public static EvaluationRecord evaluation(int round) {
    Map<String, HeldOutReward> reward = new LinkedHashMap<>();
    reward.put("ocr", new HeldOutReward(0.4 + 0.02 * round, 0.03, true, 0.19 + 0.02 * round));
    reward.put("other", new HeldOutReward(0.38 + 0.015 * round, 0.03, false, 0.17 + 0.015 * round));
    ImageStatistics images =
        new ImageStatistics(
            0.026 + 0.001 * round, 0.004, 0.05, 0.67, 0.13, 0.3, 0.1, 0.28 + 0.001 * round);
    return new EvaluationRecord(
        round, new Label("ode", 10, 1.0, false), 64, reward, Double.NaN, images);
  }
}
