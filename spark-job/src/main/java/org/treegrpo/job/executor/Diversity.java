package org.treegrpo.job.executor;

import org.treegrpo.core.policy.ImageDecoder.Images;

/** How different the images of one prompt are. */
final class Diversity {

  private Diversity() {}

  /**
   * Mean root-mean-square pixel distance over all pairs of {@code count} images from {@code first};
   * 0 for a collapsed policy, NaN for a single image.
   */
  static double of(Images images, int first, int count) {
    int elements = 3 * images.height() * images.width();
    double sum = 0;
    int pairs = 0;
    for (int a = first; a < first + count; a++) {
      for (int b = a + 1; b < first + count; b++) {
        double squares = 0;
        for (int i = 0; i < elements; i++) {
          double difference = images.pixels()[a * elements + i] - images.pixels()[b * elements + i];
          squares += difference * difference;
        }
        sum += Math.sqrt(squares / elements);
        pairs++;
      }
    }
    return pairs == 0 ? Double.NaN : sum / pairs;
  }
}
