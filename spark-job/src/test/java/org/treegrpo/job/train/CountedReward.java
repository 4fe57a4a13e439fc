package org.treegrpo.job.train;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;

/** Type {@code counted}: counts its instances in this JVM by the name of the reward. */
public final class CountedReward extends InterceptedReward {

  private static final Map<String, Integer> MADE = new ConcurrentHashMap<>();

  static int made(String name) {
    return MADE.getOrDefault(name, 0);
  }

  @Override
  public String type() {
    return "counted";
  }

  @Override
  public Reward create(RewardDefinition definition) throws RewardException {
    MADE.merge(definition.name(), 1, Integer::sum);
    return super.create(definition);
  }

  @Override
  void before(RewardDefinition definition) {}
}
