package org.treegrpo.core.base;

import java.util.Collection;
import java.util.Comparator;

/** How far two texts are from each other, and which of several is nearest to a misspelt one. */
public final class EditDistance {

  /** As much as the two replacements that do the same: then a swap changes nothing. */
  private static final int NO_SWAPS = 2;

  private EditDistance() {}

  /**
   * Levenshtein's: the fewest insertions, deletions and replacements that turn {@code a} into
   * {@code b}, counted in code points.
   */
  public static int levenshtein(String a, String b) {
    return distance(a, b, NO_SWAPS);
  }

  /** The same for what people type, where neighbours that changed places are one mistake. */
  public static int ofTyping(String a, String b) {
    return distance(a, b, 1);
  }

  /** The candidate nearest to what was typed; among equals the first in natural order. */
  public static String nearest(String typed, Collection<String> candidates) {
    return candidates.stream()
        .min(
            Comparator.<String>comparingInt(candidate -> ofTyping(typed, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private static int distance(String from, String to, int swap) {
    int[] a = from.codePoints().toArray();
    int[] b = to.codePoints().toArray();
    int[] twoAbove = new int[b.length + 1];
    int[] above = new int[b.length + 1];
    int[] row = new int[b.length + 1];
    for (int i = 0; i <= a.length; i++) {
      row[0] = i;
      for (int j = 1; j <= b.length; j++) {
        if (i == 0) {
          row[j] = j;
          continue;
        }
        int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], above[j]));
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
          row[j] = Math.min(row[j], twoAbove[j - 2] + swap);
        }
      }
      int[] oldest = twoAbove;
      twoAbove = above;
      above = row;
      row = oldest;
    }
    return above[b.length];
  }
}
