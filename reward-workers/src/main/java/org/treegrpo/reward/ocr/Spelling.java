package org.treegrpo.reward.ocr;

import org.treegrpo.core.base.EditDistance;
import org.treegrpo.core.prompt.TargetText;

/** How near a reading comes to what a prompt asks for (ALGORITHMS.md section 4). */
final class Spelling {

  private Spelling() {}

  /**
   * 1 where the reading contains the target, otherwise {@code 1 - min(Levenshtein, len)/len} with
   * the target's length in characters.
   *
   * @param target comparable form
   * @param read as recognised
   * @return in [0, 1]; NaN for an empty target, which nothing can be measured against
   */
  static float score(String target, String read) {
    if (target.isEmpty()) {
      return Float.NaN;
    }
    String found = TargetText.comparable(read);
    if (found.contains(target)) {
      return 1f;
    }
    int length = target.codePointCount(0, target.length());
    int distance = EditDistance.levenshtein(target, found);
    return (float) (1 - (double) Math.min(distance, length) / length);
  }
}
