package org.treegrpo.reward.ocr;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CtcLikelihoodTest {

  /** Classes: blank, a, A, b, space. */
  private static final List<String> DICTIONARY = List.of("a", "A", "b");

  private static final int CLASSES = 5;

  private static double perCharacter(float[] outputs, String text) {
    return new CtcLikelihood(DICTIONARY)
        .perCharacter(FloatBuffer.wrap(outputs), outputs.length / CLASSES, CLASSES, text);
  }

  /** Probability of a text by adding up every path of classes; the definition. */
  private static double byEnumeration(float[] outputs, String text) {
    int steps = outputs.length / CLASSES;
    double total = 0;
    for (int path = 0; path < Math.pow(CLASSES, steps); path++) {
      StringBuilder read = new StringBuilder();
      double probability = 1;
      int rest = path;
      char previous = '-';
      for (int step = 0; step < steps; step++) {
        char symbol = "-aab ".charAt(rest % CLASSES);
        probability *= outputs[step * CLASSES + rest % CLASSES];
        rest /= CLASSES;
        if (symbol != '-' && symbol != previous) {
          read.append(symbol);
        }
        previous = symbol;
      }
      if (read.toString().equals(text)) {
        total += probability;
      }
    }
    return Math.pow(total, 1.0 / text.length());
  }

  private static float[] outputs(int steps, long seed) {
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    float[] outputs = new float[steps * CLASSES];
    for (int step = 0; step < steps; step++) {
      float sum = 0;
      for (int i = 0; i < CLASSES; i++) {
        outputs[step * CLASSES + i] = (float) random.nextDouble();
        sum += outputs[step * CLASSES + i];
      }
      for (int i = 0; i < CLASSES; i++) {
        outputs[step * CLASSES + i] /= sum;
      }
    }
    return outputs;
  }

  @Property(tries = 50)
  void equalsTheSumOverAllPaths(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int steps) {
    float[] outputs = outputs(steps, seed);
    for (String text : List.of("a", "b", "ab", "ba", "aa", "bb")) {
      assertThat(perCharacter(outputs, text))
          .as(text)
          .isCloseTo(byEnumeration(outputs, text), Offset.offset(1e-5));
    }
  }

  @Test
  void aCertainReadingScoresOne() {
    float[] outputs = {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    assertThat(perCharacter(outputs, "ab")).as("A, blank, b").isEqualTo(1);
    assertThat(perCharacter(outputs, "bb")).isZero();
  }

  @Test
  void aRepeatedLetterNeedsABlankBetween() {
    float[] adjacent = {0, 1, 0, 0, 0, 0, 1, 0, 0, 0};
    assertThat(perCharacter(adjacent, "aa")).isZero();
    assertThat(perCharacter(adjacent, "a")).isEqualTo(1);
  }

  @Test
  void whatCannotBeReadScoresZero() {
    float[] outputs = outputs(2, 1);
    assertThat(perCharacter(outputs, "abab")).as("longer than the steps").isZero();
    assertThat(perCharacter(outputs, "q")).as("not in the dictionary").isZero();
  }
}
