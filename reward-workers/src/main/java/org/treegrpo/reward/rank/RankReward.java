package org.treegrpo.reward.rank;

import java.util.List;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

/** The rank of each image in its group by another reward, which it owns. */
final class RankReward implements Reward {

  private final Reward ranked;
  private final int chunkRows;

  /**
   * @param ranked scores single images; higher is better
   * @param chunkRows images of one call to it
   */
  RankReward(Reward ranked, int chunkRows) {
    this.ranked = ranked;
    this.chunkRows = chunkRows;
  }

  @Override
  public String name() {
    return ranked.name();
  }

  /** That of the ranked reward: by rank or by score, it is the same judge. */
  @Override
  public String version() {
    return ranked.version();
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    float[] scores = new float[images.rows()];
    for (int from = 0; from < scores.length; from += chunkRows) {
      int to = Math.min(scores.length, from + chunkRows);
      float[] part = ranked.score(images.slice(from, to), prompts.subList(from, to));
      if (part == null || part.length != to - from) {
        throw new RewardException(
            "reward '%s': what it ranks by returned %s scores for %d images"
                .formatted(name(), part == null ? "no" : part.length, to - from));
      }
      System.arraycopy(part, 0, scores, from, part.length);
    }
    return Ranks.of(scores);
  }

  @Override
  public void close() {
    ranked.close();
  }
}
