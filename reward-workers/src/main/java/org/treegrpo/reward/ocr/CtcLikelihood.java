package org.treegrpo.reward.ocr;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How probable a CTC recogniser finds a text: the forward algorithm of Graves et al. (2006),
 * section 4.1, over the softmax outputs. A letter counts in either case.
 */
final class CtcLikelihood {

  private static final int BLANK = 0;

  private final List<String> dictionary;

  CtcLikelihood(List<String> dictionary) {
    this.dictionary = List.copyOf(dictionary);
  }

  /**
   * The geometric mean of the probability per character, P(text)^(1 / length), in [0, 1]. 0 where a
   * character is not in the dictionary or the text is longer than the steps allow.
   *
   * @param outputs {@code [steps, classes]} probabilities from position 0
   * @param text without spaces, not empty
   */
  double perCharacter(FloatBuffer outputs, int steps, int classes, String text) {
    List<int[]> symbols = symbols(text);
    int states = 2 * symbols.size() + 1;
    double[] forward = new double[states];
    forward[0] = probability(outputs, 0, classes, null);
    forward[1] = probability(outputs, 0, classes, symbols.get(0));
    for (int step = 1; step < steps; step++) {
      double[] next = new double[states];
      for (int state = 0; state < states; state++) {
        double sum = forward[state];
        if (state >= 1) {
          sum += forward[state - 1];
        }
        if (state >= 3 && state % 2 == 1 && !same(symbols, state / 2)) {
          sum += forward[state - 2];
        }
        int[] symbol = state % 2 == 0 ? null : symbols.get(state / 2);
        next[state] = sum * probability(outputs, step, classes, symbol);
      }
      forward = next;
    }
    double likelihood = forward[states - 1] + forward[states - 2];
    return StrictMath.pow(Math.min(1, likelihood), 1.0 / symbols.size());
  }

  /** Whether a character repeats its predecessor, which needs a blank between them. */
  private static boolean same(List<int[]> symbols, int index) {
    return symbols.get(index)[0] == symbols.get(index - 1)[0];
  }

  /** The classes of each character: lower case first, then upper case. */
  private List<int[]> symbols(String text) {
    List<int[]> symbols = new ArrayList<>();
    text.codePoints()
        .mapToObj(Character::toString)
        .forEach(
            character ->
                symbols.add(
                    new int[] {
                      dictionary.indexOf(character.toLowerCase(Locale.ROOT)) + 1,
                      dictionary.indexOf(character.toUpperCase(Locale.ROOT)) + 1
                    }));
    return symbols;
  }

  /** Probability of a character at a step; of the blank where {@code symbol} is null. */
  private static double probability(
      FloatBuffer outputs, int step, int classes, int @Nullable [] symbol) {
    int from = step * classes;
    if (symbol == null) {
      return outputs.get(from + BLANK);
    }
    double sum = symbol[0] == 0 ? 0 : outputs.get(from + symbol[0]);
    if (symbol[1] != symbol[0] && symbol[1] != 0) {
      sum += outputs.get(from + symbol[1]);
    }
    return sum;
  }
}
