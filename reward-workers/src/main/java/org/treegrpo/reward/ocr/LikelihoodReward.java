package org.treegrpo.reward.ocr;

import java.util.List;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

/**
 * How probable a text recogniser finds the prompt's word in an image, a character on average: the
 * question of {@link OcrReward} without its threshold, so that pictures that are read alike still
 * differ ({@link CtcLikelihood}). A prompt without any target text fails its row.
 */
final class LikelihoodReward implements Reward {

  private final String name;
  private final TextRecogniser recogniser;

  LikelihoodReward(String name, RecogniserModel model) throws RewardException {
    this.name = name;
    this.recogniser = new TextRecogniser(model);
  }

  @Override
  public String name() {
    return name;
  }

  /** That of the recogniser, the same as an {@link OcrReward}'s of the same model. */
  @Override
  public String version() {
    return recogniser.version();
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    float[] scores = new float[images.rows()];
    for (int row = 0; row < scores.length; row++) {
      String target = TargetText.of(prompts.get(row).text());
      scores[row] =
          target.isEmpty() ? Float.NaN : (float) recogniser.likelihood(images, row, target);
    }
    return scores;
  }

  @Override
  public void close() {
    recogniser.close();
  }
}
