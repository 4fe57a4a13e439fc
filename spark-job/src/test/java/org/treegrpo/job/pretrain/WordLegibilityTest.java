package org.treegrpo.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProviders;

/** What a policy could reach at best: the recognisers read the rendered words themselves. */
class WordLegibilityTest {

  @ParameterizedTest
  @ValueSource(strings = {"v4", "v3"})
  void recognisersReadCleanPictures(String model) throws IOException, RewardException {
    List<Prompt> words = SpellingWordsTest.words("held-out.jsonl");
    WordRenderer renderer = new WordRenderer(3);
    int elements = renderer.shape().elements();
    float[] pictures = new float[words.size() * elements];
    for (int i = 0; i < words.size(); i++) {
      RandomGenerator random = new GaussianStream(Keys.of(1, i));
      renderer.render(words.get(i).text(), WordStyle.random(random), pictures, i * elements);
    }
    RewardDefinition definition =
        new RewardDefinition(model, "ocr", 1, Duration.ofMinutes(1), Map.of("model", model));
    int exact = 0;
    try (Reward recogniser = RewardProviders.create(definition)) {
      float[] scores =
          recogniser.score(
              ImageBatch.fromSigned(
                  words.size(), renderer.shape().height(), renderer.shape().width(), pictures),
              words.stream().map(p -> new RewardPrompt(p.id(), p.text(), List.of())).toList());
      for (float score : scores) {
        exact += score == 1f ? 1 : 0;
      }
    }
    assertThat(exact)
        .as("of %d rendered held-out words, recogniser %s reads right", words.size(), model)
        .isGreaterThanOrEqualTo(90);
  }
}
