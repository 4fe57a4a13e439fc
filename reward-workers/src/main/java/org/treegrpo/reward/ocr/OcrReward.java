package org.treegrpo.reward.ocr;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.TextReader;

/**
 * How well an image spells its prompt (ALGORITHMS.md section 4): 1 where the reading contains the
 * target, otherwise {@code 1 - min(Levenshtein, len)/len}.
 */
final class OcrReward extends RecogniserReward implements TextReader {

  OcrReward(String name, RecogniserModel model) throws RewardException {
    super(name, model);
  }

  @Override
  float score(ImageBatch images, int row, String target) throws RewardException {
    return Spelling.score(target, recogniser.read(images, row));
  }

  @Override
  public List<String> read(ImageBatch images) throws RewardException {
    List<String> texts = new ArrayList<>(images.rows());
    for (int row = 0; row < images.rows(); row++) {
      texts.add(recogniser.read(images, row));
    }
    return texts;
  }
}
