package org.treegrpo.reward.pool;

/**
 * How a pool is laid out.
 *
 * @param workers scoring threads, each with its own instance of every reward
 * @param chunkRows rows of one call to a reward; a batch is cut into chunks of this size, so that
 *     several threads share it. Part of the configuration: it decides which rows a model sees
 *     together, hence the last bits of a score.
 */
public record RewardPoolSettings(int workers, int chunkRows) {

  public RewardPoolSettings {
    if (workers < 1 || chunkRows < 1) {
      throw new IllegalArgumentException(
          "reward-workers: workers = %d and chunk-rows = %d must be at least 1"
              .formatted(workers, chunkRows));
    }
  }
}
