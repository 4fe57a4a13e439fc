package org.treegrpo.job.train;

import org.treegrpo.reward.RewardDefinition;

/** Scores, if its process lives to do it ({@link Kills}): type {@code lethal}. */
public final class LethalReward extends InterceptedReward {

  @Override
  public String type() {
    return "lethal";
  }

  @Override
  void before(RewardDefinition definition) {
    Kills.at(LethalPlugin.nextCall());
  }
}
