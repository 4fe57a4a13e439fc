package org.treegrpo.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.prompt.CharacterEncoder;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.PromptSet;

/** The word lists that the repository ships. */
class SpellingWordsTest {
  private static final Path SPELLING = Path.of("..", "conf", "spelling");

  static List<Prompt> words(String file) throws IOException {
    try (InputStream in = Files.newInputStream(SPELLING.resolve(file))) {
      return PromptSet.read(in, file).prompts();
    }
  }

  @Test
  void noWordIsBothTrainedAndHeldOut() throws IOException {
    Set<String> train = new HashSet<>();
    words("train.jsonl").forEach(prompt -> train.add(prompt.text()));
    assertThat(words("held-out.jsonl"))
        .as("held-out words measure what was not trained on")
        .extracting(Prompt::text)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(train);
  }

  @Test
  void everyWordCanBeDrawnAndIsKnownByItsId() throws IOException {
    CharacterEncoder encoder = new CharacterEncoder(WordRenderer.ALPHABET, 3);
    for (String file : List.of("train.jsonl", "held-out.jsonl")) {
      List<Prompt> words = words(file);
      assertThat(words).as(file).hasSizeGreaterThanOrEqualTo(100);
      assertThat(words)
          .as("%s: every cell has a letter, so that only the null token is blank", file)
          .allMatch(prompt -> prompt.text().length() == 3);
      assertThat(words).as(file).allMatch(p -> p.id().equals("word-" + p.text()));
      encoder.check(words);
    }
  }
}
