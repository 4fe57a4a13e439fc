package org.treegrpo.reward.ocr;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Greedy decoding of a CTC output: the best class of each step, repeats merged, blanks dropped.
 * Class 0 is the blank, then the dictionary in order, then the space.
 */
final class CtcDecoder {

  private static final int BLANK = 0;

  private final List<String> dictionary;

  CtcDecoder(List<String> dictionary) {
    this.dictionary = List.copyOf(dictionary);
  }

  /** Number of classes the network must have. */
  int classes() {
    return dictionary.size() + 2;
  }

  /**
   * @param outputs {@code [steps, classes]} from position 0; the position is left unchanged
   */
  String decode(FloatBuffer outputs, int steps) {
    StringBuilder text = new StringBuilder();
    int previous = BLANK;
    for (int step = 0; step < steps; step++) {
      int best = best(outputs, step * classes());
      if (best != BLANK && best != previous) {
        text.append(best <= dictionary.size() ? dictionary.get(best - 1) : " ");
      }
      previous = best;
    }
    return text.toString();
  }

  private int best(FloatBuffer outputs, int from) {
    int best = 0;
    for (int i = 1; i < classes(); i++) {
      if (outputs.get(from + i) > outputs.get(from + best)) {
        best = i;
      }
    }
    return best;
  }
}
