package org.treegrpo.reward.ocr;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CtcDecoderTest {

  private final CtcDecoder decoder = new CtcDecoder(List.of("a", "b"));

  /** Steps as digits: 0 = blank, 1 = a, 2 = b, 3 = space. */
  @ParameterizedTest
  @CsvSource({"1122, ab", "1012, aab", "0000, ''", "0101, aa", "1312, 'a ab'", "2, b"})
  void mergesRepeatsAndDropsBlanks(String steps, String text) {
    FloatBuffer outputs = FloatBuffer.allocate(steps.length() * decoder.classes());
    for (int step = 0; step < steps.length(); step++) {
      outputs.put(step * decoder.classes() + steps.charAt(step) - '0', 0.9f);
    }
    assertThat(decoder.decode(outputs, steps.length())).as("steps %s", steps).isEqualTo(text);
  }
}
