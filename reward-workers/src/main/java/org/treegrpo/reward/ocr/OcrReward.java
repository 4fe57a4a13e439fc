package org.treegrpo.reward.ocr;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.TextReader;

/**
 * How well an image spells its prompt (ALGORITHMS.md section 4): the target is the prompt's text in
 * double quotes, or the whole prompt; 1 where the reading contains it, otherwise {@code 1 -
 * min(Levenshtein, len)/len}. A prompt without any target text fails its row.
 */
final class OcrReward implements Reward, TextReader {

  private final String name;
  private final TextRecogniser recogniser;

  OcrReward(String name, RecogniserModel model) throws RewardException {
    this.name = name;
    this.recogniser = new TextRecogniser(model);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return recogniser.version();
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    float[] scores = new float[images.rows()];
    for (int row = 0; row < scores.length; row++) {
      String target = TargetText.of(prompts.get(row).text());
      scores[row] = TargetText.score(target, recogniser.read(images, row));
    }
    return scores;
  }

  @Override
  public List<String> read(ImageBatch images) throws RewardException {
    List<String> texts = new ArrayList<>(images.rows());
    for (int row = 0; row < images.rows(); row++) {
      texts.add(recogniser.read(images, row));
    }
    return texts;
  }

  @Override
  public void close() {
    recogniser.close();
  }
}
