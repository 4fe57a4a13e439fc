package org.treegrpo.job.metrics;

import java.util.Map;
import java.util.Objects;
import org.treegrpo.core.credit.Moments;

/**
 * One line of {@code metrics.jsonl}; the JSON keys are these names in snake_case. NaN stands for
 * "not measured" and is written as null.
 *
 * @param round 1, 2, ...
 * @param windowStart first SDE step of the round
 * @param seconds wall-clock time by phase
 * @param modelSeconds time inside networks and reward models, summed over task threads
 * @param nfe evaluations of the network, by purpose; one row of a batch counts as one
 * @param leaves images scored
 * @param parents nodes trained on, one forward each
 * @param edges SDE edges trained on
 * @param reward statistics over the round's leaves by reward name, in configuration order
 * @param advantageStd population standard deviation of the leaf advantages
 * @param zeroVarianceGroups prompts whose leaves all scored the same
 * @param ratioMaxDeviation greatest |rho - 1| of the round; before its first update it is rounding
 *     alone
 * @param clipFraction share of edges whose surrogate was clipped, in [0, 1]
 * @param approxKl mean over edges of the estimated KL divergence from the rollout policy, in nats
 * @param penalty the penalties' part of the loss, summed over the round's optimizer steps
 * @param oldPolicyGap mean |v - v_old| between the weights and what rollouts are drawn with; NaN
 *     where they are the same by construction
 * @param gradientNorm Euclidean norm before clipping
 * @param gradientRms root mean square of the gradient's elements, beside {@code optimizer.epsilon}
 * @param tensorsWithGradient trained tensors whose gradient has an element that is not 0
 * @param learningRate of the round's last update
 * @param weightsSha256 of the trainable weights after the round, lower-case hex
 * @param sharesRegrown shares that were grown again, because an executor was lost or a task failed
 */
public record RoundMetrics(
    int round,
    int windowStart,
    PhaseSeconds seconds,
    ModelSeconds modelSeconds,
    NetworkEvaluations nfe,
    long leaves,
    long parents,
    long edges,
    Map<String, RewardStatistics> reward,
    double advantageStd,
    int zeroVarianceGroups,
    double ratioMaxDeviation,
    double clipFraction,
    double approxKl,
    double penalty,
    double oldPolicyGap,
    double gradientNorm,
    double gradientRms,
    int tensorsWithGradient,
    double learningRate,
    String weightsSha256,
    int sharesRegrown) {

  public RoundMetrics {
    if (round < 1) {
      throw new IllegalArgumentException("metrics: round must be at least 1, was " + round);
    }
    Objects.requireNonNull(seconds, "seconds");
    Objects.requireNonNull(nfe, "nfe");
    modelSeconds = modelSeconds == null ? ModelSeconds.UNKNOWN : modelSeconds;
    reward = Ordered.copyOf(reward);
  }

  /**
   * Wall-clock seconds of a round's phases as the driver sees them. {@code grow} includes scoring
   * that overlaps it; {@code score} is what scoring adds on top.
   */
  public record PhaseSeconds(
      double grow,
      double score,
      double advantage,
      double learn,
      double update,
      double checkpoint,
      double total) {}

  /**
   * Seconds inside the network (rollout, learn) and the reward models, summed over task threads.
   */
  public record ModelSeconds(double rollout, double learn, double reward) {
    static final ModelSeconds UNKNOWN = new ModelSeconds(Double.NaN, Double.NaN, Double.NaN);
  }

  /** Evaluations of the network: rollout forwards, training forwards, training backwards. */
  public record NetworkEvaluations(long rollout, long trainForward, long trainBackward) {
    /** All of them. */
    public long total() {
      return rollout + trainForward + trainBackward;
    }
  }

  /**
   * One reward over a round's leaves.
   *
   * @param mean over the leaves that were scored; NaN where none was
   * @param std population standard deviation
   * @param min least score
   * @param max greatest score
   * @param failed leaves that could not be scored
   */
  public record RewardStatistics(double mean, double std, double min, double max, int failed) {

    /** Statistics of {@code scores}; NaN counts as failed. */
    public static RewardStatistics of(double[] scores) {
      Moments moments = Moments.of(scores);
      if (moments.count() == 0) {
        return new RewardStatistics(Double.NaN, Double.NaN, Double.NaN, Double.NaN, scores.length);
      }
      return new RewardStatistics(
          moments.mean(),
          moments.standardDeviation(0),
          moments.least(),
          moments.greatest(),
          scores.length - moments.count());
    }
  }
}
