package org.treegrpo.job.executor;

import java.util.Arrays;

/**
 * Sums over images of one size, of pixels in 0..255: exact, in any order.
 *
 * @param images how many
 * @param sums of each pixel; empty where there is no image
 * @param squares of all pixels of all images
 */
public record PixelSums(long images, long[] sums, long squares) {

  public static final PixelSums NONE = new PixelSums(0, new long[0], 0);

  /**
   * Those of both.
   *
   * @throws IllegalArgumentException where the images are not of one size
   */
  public PixelSums plus(PixelSums other) {
    if (images == 0) {
      return other;
    }
    if (other.images == 0) {
      return this;
    }
    if (sums.length != other.sums.length) {
      throw new IllegalArgumentException(
          "images must be of one size, were of %d and %d pixels"
              .formatted(sums.length, other.sums.length));
    }
    long[] both = sums.clone();
    Arrays.setAll(both, i -> both[i] + other.sums[i]);
    return new PixelSums(images + other.images, both, squares + other.squares);
  }

  /**
   * Root mean square distance of the pixels, in [0, 1], of two of the images.
   *
   * @return over all pairs; NaN for fewer than two images
   */
  public double distance() {
    if (images < 2) {
      return Double.NaN;
    }
    double ofSums = 0;
    for (long sum : sums) {
      ofSums += (double) sum * sum / images;
    }
    double meanSquare = 2 * Math.max(0, squares - ofSums) / (images - 1) / sums.length;
    return Math.sqrt(meanSquare) / 255;
  }
}
