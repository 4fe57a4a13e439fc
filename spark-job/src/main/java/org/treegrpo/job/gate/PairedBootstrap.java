package org.treegrpo.job.gate;

import java.util.Arrays;
import org.treegrpo.core.random.Keys;

/**
 * The mean difference of two policies on the same prompts, with its 95 % interval: the percentile
 * bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13) over prompts. The
 * images of a prompt stay together, as one mean, because they are not independent.
 *
 * @param mean over prompts
 * @param low end of the interval, the 2.5 % quantile of the resampled means
 * @param high end, the 97.5 % quantile
 * @param prompts that both have a score of
 */
public record PairedBootstrap(double mean, double low, double high, int prompts) {

  private static final double TAIL = 0.025;

  /**
   * Compares.
   *
   * @param after scores of the one, a prompt each; NaN where there is none
   * @param before scores of the other on the same prompts
   * @param resamples B
   * @param seed of the draws: the same numbers give the same interval
   * @return NaN where no prompt has both scores
   */
  public static PairedBootstrap of(double[] after, double[] before, int resamples, long seed) {
    if (after.length != before.length) {
      throw new IllegalArgumentException(
          "%d prompts against %d; they must be the same".formatted(after.length, before.length));
    }
    double[] differences = new double[after.length];
    int count = 0;
    for (int i = 0; i < after.length; i++) {
      double difference = after[i] - before[i];
      if (!Double.isNaN(difference)) {
        differences[count] = difference;
        count++;
      }
    }
    if (count == 0) {
      return new PairedBootstrap(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double[] means = new double[resamples];
    for (int sample = 0; sample < resamples; sample++) {
      long key = Keys.of(seed, sample);
      double sum = 0;
      for (int draw = 0; draw < count; draw++) {
        sum += differences[(int) Long.remainderUnsigned(Keys.combine(key, draw), count)];
      }
      means[sample] = sum / count;
    }
    Arrays.sort(means);
    return new PairedBootstrap(
        Arrays.stream(differences, 0, count).sum() / count,
        quantile(means, TAIL),
        quantile(means, 1 - TAIL),
        count);
  }

  private static double quantile(double[] sorted, double share) {
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }
}
