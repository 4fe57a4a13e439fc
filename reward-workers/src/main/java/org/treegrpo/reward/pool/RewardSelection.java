package org.treegrpo.reward.pool;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;

/**
 * Some of a pool's rewards, such as those that are trained on.
 *
 * @param names in the order of every result
 */
public record RewardSelection(RewardPool pool, List<String> names) {

  public RewardSelection {
    names = List.copyOf(names);
  }

  /** The version of each reward, by name. */
  public Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>(pool.versions());
    versions.keySet().retainAll(names);
    return versions;
  }

  /** As {@link RewardPool#submit(ImageBatch, List)}, by these rewards only. */
  public CompletableFuture<ScoredBatch> submit(ImageBatch images, List<RewardPrompt> prompts) {
    return pool.submit(images, prompts, names);
  }
}
