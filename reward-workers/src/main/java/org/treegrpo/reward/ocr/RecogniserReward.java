package org.treegrpo.reward.ocr;

import java.util.List;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

/**
 * A reward that asks a text recogniser for the prompt's target: the text in double quotes, or the
 * whole prompt. A prompt without any target text fails its row. Owns the recogniser.
 */
abstract sealed class RecogniserReward implements Reward permits OcrReward, LikelihoodReward {

  final TextRecogniser recogniser;
  private final String name;

  RecogniserReward(String name, RecogniserModel model) throws RewardException {
    this.name = name;
    this.recogniser = new TextRecogniser(model);
  }

  /**
   * The score of one image.
   *
   * @param target comparable form, not empty
   */
  abstract float score(ImageBatch images, int row, String target) throws RewardException;

  @Override
  public String name() {
    return name;
  }

  /** That of the recogniser: all measures by one model are the same judge. */
  @Override
  public String version() {
    return recogniser.version();
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    float[] scores = new float[images.rows()];
    for (int row = 0; row < scores.length; row++) {
      String target = TargetText.of(prompts.get(row).text());
      scores[row] = target.isEmpty() ? Float.NaN : score(images, row, target);
    }
    return scores;
  }

  @Override
  public void close() {
    recogniser.close();
  }
}
