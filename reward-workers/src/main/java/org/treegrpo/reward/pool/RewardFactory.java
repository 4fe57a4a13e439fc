package org.treegrpo.reward.pool;

import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProviders;

/** Makes a worker's instance of a reward. */
@FunctionalInterface
interface RewardFactory {

  Reward create(RewardDefinition definition) throws RewardException;

  /** Whether the reward judges whole groups. */
  default boolean scoresGroups(RewardDefinition definition) {
    return RewardProviders.scoresGroups(definition);
  }
}
