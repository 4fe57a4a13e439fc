package org.treegrpo.reward.ocr;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a prompt asks to be written, and how near a reading comes to it (ALGORITHMS.md section 4).
 * Compared without case, spaces and width: the recogniser's alphabet also has full-width Latin
 * letters, which are the same letters (Unicode NFKC).
 */
final class TargetText {

  private static final Pattern QUOTED = Pattern.compile("[\"\u201c]([^\"\u201c\u201d]*)[\"\u201d]");
  private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");

  private TargetText() {}

  /** The first text in double quotes, or the whole prompt where there is none; comparable form. */
  static String of(String prompt) {
    Matcher quoted = QUOTED.matcher(prompt);
    return comparable(quoted.find() ? quoted.group(1) : prompt);
  }

  /** {@code text} without case, spaces and width. */
  static String comparable(String text) {
    String narrow = Normalizer.normalize(text, Normalizer.Form.NFKC);
    return SPACES.matcher(narrow).replaceAll("").toLowerCase(Locale.ROOT);
  }

  /**
   * 1 where the reading contains the target, otherwise {@code 1 - min(Levenshtein, len)/len} with
   * the target's length in characters.
   *
   * @param target comparable form
   * @param read as recognised
   * @return in [0, 1]; NaN for an empty target, which nothing can be measured against
   */
  static float score(String target, String read) {
    int[] wanted = target.codePoints().toArray();
    if (wanted.length == 0) {
      return Float.NaN;
    }
    String found = comparable(read);
    if (found.contains(target)) {
      return 1f;
    }
    int distance = levenshtein(wanted, found.codePoints().toArray());
    return (float) (1 - (double) Math.min(distance, wanted.length) / wanted.length);
  }

  /** The fewest insertions, deletions and replacements that turn {@code a} into {@code b}. */
  static int levenshtein(int[] a, int[] b) {
    int[] distances = new int[b.length + 1];
    for (int j = 0; j <= b.length; j++) {
      distances[j] = j;
    }
    for (int i = 1; i <= a.length; i++) {
      int diagonal = distances[0];
      distances[0] = i;
      for (int j = 1; j <= b.length; j++) {
        int replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = distances[j];
        distances[j] = Math.min(replace, 1 + Math.min(distances[j - 1], distances[j]));
      }
    }
    return distances[b.length];
  }
}
