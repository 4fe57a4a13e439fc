package org.treegrpo.core.credit;

import java.util.Arrays;

/**
 * Mean and spread of the values that are not NaN, summed in index order.
 *
 * @param squares sum of the squared distances from the mean
 * @param least positive infinity where there is no value
 * @param greatest negative infinity where there is no value
 */
public record Moments(int count, double mean, double squares, double least, double greatest) {

  private static final double ROUNDING = 1e-6;

  /** NaN in {@code values} is left out. */
  public static Moments of(double[] values) {
    int count = 0;
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        count++;
        sum += value;
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
    double mean = sum / count;
    double squares = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        squares += (value - mean) * (value - mean);
      }
    }
    return new Moments(count, mean, squares, least, greatest);
  }

  /**
   * Whether the values differ by no more than rounding: std <= 1e-6 max(1, |mean|) (ALGORITHMS.md
   * section 3.1). With a small epsilon the last bits of equal pictures would otherwise become
   * advantages of about 1.
   */
  boolean constant() {
    return count == 0 || standardDeviation(0) <= ROUNDING * Math.max(1, Math.abs(mean));
  }

  /**
   * (value - mean) / scale for each value, NaN for NaN; exactly 0 where these are the moments of
   * {@linkplain #constant equal} values.
   */
  double[] centred(double[] values, double scale) {
    return Arrays.stream(values)
        .map(value -> constant() ? Combination.zero(value) : (value - mean) / scale)
        .toArray();
  }

  /**
   * 0 where there are too few values.
   *
   * @param ddof 0 for the population's, 1 for the sample's
   */
  public double standardDeviation(int ddof) {
    return count > ddof ? Math.sqrt(squares / (count - ddof)) : 0;
  }
}
