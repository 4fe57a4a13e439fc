package org.treegrpo.core.credit;

import java.util.List;

/**
 * From the scores of a round's leaves to their advantages (ALGORITHMS.md sections 1.3 and 3). What
 * it keeps from round to round is a value that goes in and comes out, so that a round which does
 * not end leaves nothing behind. A leaf with a failed reward takes no part in any statistic and
 * gets NaN.
 */
public interface Estimator {

  /** Before the first round. */
  default EstimatorState initial() {
    return EstimatorState.NONE;
  }

  /**
   * The state that was {@linkplain EstimatorState#bytes saved}.
   *
   * @throws IllegalArgumentException if this estimator has not written it
   */
  default EstimatorState restore(byte[] saved) {
    if (saved.length > 0) {
      throw new IllegalArgumentException(
          "holds %d bytes of another estimator; this one keeps nothing".formatted(saved.length));
    }
    return EstimatorState.NONE;
  }

  /**
   * One round.
   *
   * @param groups all groups of the round, in the order of its prompts
   */
  Estimate estimate(EstimatorState state, List<RewardGroup> groups);

  /**
   * A round's advantages.
   *
   * @param next the state for the round after
   */
  record Estimate(RoundAdvantages advantages, EstimatorState next) {}
}
