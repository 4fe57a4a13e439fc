package org.treegrpo.reward.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

class OcrRewardTest {

  private static final List<String> WORDS =
      List.of("CAT", "DOG", "SUN", "MAP", "KEY", "BED", "PIN", "VAN", "RUG", "BUS");

  @ParameterizedTest
  @EnumSource(RecogniserModel.class)
  void readsCleanWords(RecogniserModel model) throws RewardException {
    try (OcrReward reward = new OcrReward("spelling", model)) {
      ImageBatch images = WordPictures.draw(WORDS);
      assertThat(reward.read(images).stream().map(TargetText::comparable))
          .as("text read by %s (drawn with the logical font SansSerif; needs fontconfig)", model)
          .containsExactlyElementsOf(WORDS.stream().map(TargetText::comparable).toList());
      assertThat(reward.score(images, prompts(WORDS)))
          .as("scores of words that are spelt right")
          .containsOnly(1f);
    }
  }

  @Test
  void scoresByTheDistanceToTheQuotedText() throws RewardException {
    try (OcrReward reward = new OcrReward("spelling", RecogniserModel.V4)) {
      ImageBatch images = WordPictures.draw(List.of("CAT", "CAT", "CAT", "CAT"));
      List<RewardPrompt> prompts =
          prompts(List.of("a sign that says \"cut\"", "\"dog\"", "\"ca\"", "nothing in \" \""));
      float[] scores = reward.score(images, prompts);
      assertThat(scores[0]).as("one of three letters is wrong").isEqualTo((float) (1 - 1 / 3.0));
      assertThat(scores[1]).as("no letter is right").isZero();
      assertThat(scores[2]).as("the reading contains the target").isEqualTo(1f);
      assertThat(scores[3]).as("no target to measure against").isNaN();
    }
  }

  @Test
  void readsARowAlikeInAnyBatch() throws RewardException {
    try (OcrReward reward = new OcrReward("spelling", RecogniserModel.V4)) {
      ImageBatch images = WordPictures.draw(WORDS);
      for (int i = 0; i < images.pixels().length; i++) {
        images.pixels()[i] += 0.45f * (float) Math.sin(12.9898 * i * i);
      }
      List<String> alone =
          Stream.iterate(0, row -> row < WORDS.size(), row -> row + 1)
              .map(row -> read(reward, images.slice(row, row + 1)))
              .toList();
      assertThat(reward.read(images)).as("noisy rows together").isEqualTo(alone);
      assertThat(alone).as("noise that leaves something to get wrong").isNotEqualTo(WORDS);
    }
  }

  @Test
  void takesImagesOfAnySize() throws RewardException {
    try (OcrReward reward = new OcrReward("spelling", RecogniserModel.V4)) {
      for (int[] size : new int[][] {{1, 1}, {16, 32}, {24, 50}, {48, 333}, {70, 9}}) {
        ImageBatch blank = new ImageBatch(1, size[0], size[1], new float[3 * size[0] * size[1]]);
        assertThat(reward.score(blank, prompts(List.of("word"))))
            .as("score of a black image of %d x %d", size[0], size[1])
            .containsExactly(new float[] {0f}, within(0f));
      }
    }
  }

  @Test
  void namesItsModel() throws RewardException {
    try (OcrReward reward = new OcrReward("spelling", RecogniserModel.V3)) {
      assertThat(reward.name()).as("name from the configuration").isEqualTo("spelling");
      assertThat(reward.version()).as("model and checksum").matches("PP-OCRv3 sha256:[0-9a-f]{16}");
    }
  }

  private static String read(OcrReward reward, ImageBatch images) {
    try {
      return reward.read(images).get(0);
    } catch (RewardException e) {
      throw new AssertionError("reading one image failed", e);
    }
  }

  private static List<RewardPrompt> prompts(List<String> texts) {
    return texts.stream().map(text -> new RewardPrompt("p", text, List.of())).toList();
  }
}
