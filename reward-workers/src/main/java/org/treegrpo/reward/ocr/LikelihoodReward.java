package org.treegrpo.reward.ocr;

import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardException;

/**
 * How probable a text recogniser finds the prompt's word in an image, a character on average: the
 * question of {@link OcrReward} without its threshold, so that pictures that are read alike still
 * differ ({@link CtcLikelihood}).
 */
final class LikelihoodReward extends RecogniserReward {

  LikelihoodReward(String name, RecogniserModel model) throws RewardException {
    super(name, model);
  }

  @Override
  float score(ImageBatch images, int row, String target) throws RewardException {
    return (float) recogniser.likelihood(images, row, target);
  }
}
