package org.treegrpo.reward.ocr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

  @ParameterizedTest
  @CsvSource({
    "cat, cat, 1",
    "cat, 'C A T', 1",
    "cat, '\uff23\uff21\uff34\u3000', 1",
    "cat, xxCATxx, 1",
    "cat, cut, 0.6666667",
    "cat, '', 0",
    "cat, elephants, 0",
    "hello, hallo!, 0.6",
  })
  void scoresAReading(String target, String read, float score) {
    assertThat(Spelling.score(target, read)).as("%s read as %s", target, read).isEqualTo(score);
  }
}
