package org.treegrpo.core.learn;

import org.treegrpo.core.base.Named;

/**
 * Makes a {@link Learner}. One is added by a class and a line in {@code META-INF/services}; it is
 * stateless.
 */
public interface LearnerFactory extends Named {

  /**
   * Whether leaves noised again are learned from and no edge is: the policy must be a flow, and
   * guidance 1, since what is learned is the network's own output.
   */
  default boolean onLeaves() {
    return false;
  }

  /** Whether rollouts are drawn with an older policy, a moving average with its own schedule. */
  default boolean laggingRollouts() {
    return false;
  }

  /** A learner for one round. */
  Learner create(LearnContext context);
}
