package org.treegrpo.job.executor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.prompt.TextConditioner;
import org.treegrpo.job.round.RoundPlan;

/**
 * What the prompts of a round are drawn from, read once a round by the executor that grows them:
 * plans name prompts and carry no tensors. Thread-safe.
 */
final class ConditioningCache {

  private final TextConditioner conditioner;
  private int round = -1;
  private Map<String, Conditioning> read = new ConcurrentHashMap<>();

  ConditioningCache(TextConditioner conditioner) {
    this.conditioner = conditioner;
  }

  /** By prompt id, for one round; what was read for other rounds is dropped. */
  synchronized Function<String, Conditioning> of(RoundPlan plan) {
    if (plan.round() != round) {
      round = plan.round();
      read = new ConcurrentHashMap<>();
    }
    Map<String, Conditioning> ofRound = read;
    return id ->
        ofRound.computeIfAbsent(
            id, key -> ConditioningRead.of(conditioner, plan.prompt(key), plan.round()));
  }
}
