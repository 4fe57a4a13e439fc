package org.treegrpo.job.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what an unknown key was probably meant to be. */
final class NearestKey {

  private NearestKey() {}

  /**
   * The candidate nearest to {@code unknown}, or empty if none resembles it. A right name in the
   * wrong section counts as near.
   */
  static Optional<String> find(String unknown, Collection<String> candidates) {
    int limit = Math.max(2, lastName(unknown).length() / 3);
    return candidates.stream()
        .filter(candidate -> distance(unknown, candidate) <= limit)
        .min(
            Comparator.<String>comparingInt(candidate -> distance(unknown, candidate))
                .thenComparingInt(candidate -> -commonPrefix(unknown, candidate))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static int distance(String unknown, String candidate) {
    int elsewhere = editDistance(lastName(unknown), lastName(candidate)) + 1;
    return Math.min(editDistance(unknown, candidate), elsewhere);
  }

  private static int commonPrefix(String from, String to) {
    int length = 0;
    while (length < Math.min(from.length(), to.length())
        && from.charAt(length) == to.charAt(length)) {
      length++;
    }
    return length;
  }

  private static String lastName(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** Insertions, deletions, substitutions and swaps of neighbours that turn one into the other. */
  static int editDistance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[from.length()][to.length()];
  }
}
