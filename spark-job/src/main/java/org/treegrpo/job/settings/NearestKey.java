package org.treegrpo.job.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.treegrpo.core.base.EditDistance;

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
    int elsewhere = EditDistance.ofTyping(lastName(unknown), lastName(candidate)) + 1;
    return Math.min(EditDistance.ofTyping(unknown, candidate), elsewhere);
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
}
