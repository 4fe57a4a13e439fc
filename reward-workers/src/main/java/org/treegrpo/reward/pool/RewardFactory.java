package org.treegrpo.reward.pool;

import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;

/** Makes a worker's instance of a reward. */
@FunctionalInterface
interface RewardFactory {

  Reward create(RewardDefinition definition) throws RewardException;
}
