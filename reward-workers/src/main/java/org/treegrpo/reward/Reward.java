package org.treegrpo.reward;

import java.util.List;

/**
 * Scores images. One instance is used by one thread at a time; the pool gives each of its threads
 * an instance of its own. The score of a row must depend on that row and its prompt alone; of a
 * reward that scores groups ({@link RewardProvider#scoresGroups}), on the rows of its call alone.
 */
public interface Reward extends AutoCloseable {

  /** The name from the configuration; it becomes the column {@code reward_<name>}. */
  String name();

  /** What produced the scores (model, file checksum, formula), for the run's record. */
  String version();

  /**
   * One score per image, higher is better; NaN marks a row that could not be scored. Failed rows
   * are masked out of the statistics and the loss, never scored 0.
   *
   * @param images B images; of a reward that scores groups all those of one prompt, without any
   *     that holds a pixel that is no number
   * @param prompts the prompt of each image, B of them
   * @return B scores
   * @throws RewardException when no row could be scored
   */
  float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException;

  @Override
  void close();
}
