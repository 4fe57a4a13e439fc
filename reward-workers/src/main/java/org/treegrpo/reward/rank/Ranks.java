package org.treegrpo.reward.rank;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Scores as places within their group. */
final class Ranks {

  private Ranks() {}

  /**
   * The share of the others that each score beats, a tie counting half: 0 for the lowest, 1 for the
   * highest, 1/2 on average.
   *
   * @param scores what is not finite has no place and takes none
   * @return NaN where there is no place, or nobody to compare with
   */
  static float[] of(float[] scores) {
    int[] order =
        IntStream.range(0, scores.length)
            .filter(i -> Float.isFinite(scores[i]))
            .boxed()
            .sorted(Comparator.comparing(i -> scores[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] ranks = new float[scores.length];
    Arrays.fill(ranks, Float.NaN);
    if (order.length < 2) {
      return ranks;
    }
    int to;
    for (int from = 0; from < order.length; from = to) {
      to = from + 1;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        to++;
      }
      float mean = (float) ((from + to - 1) / 2.0 / (order.length - 1));
      for (int i = from; i < to; i++) {
        ranks[order[i]] = mean;
      }
    }
    return ranks;
  }
}
