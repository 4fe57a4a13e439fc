package org.treegrpo.job.executor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.job.metrics.ImageStatistics;

/**
 * Measures images as {@link ImageStatistics} says. Sums that cross images are of whole numbers, so
 * that they do not depend on who drew which image.
 */
final class ImageProbe {

  private static final int POOLED_SIDE = 64;
  private static final int BORDER = 2;
  private static final double EDGE = 0.1;

  /** Where the network does not tell its patch: two cells of the latent, as most have it. */
  private static final int LATENT_PATCH = 2;

  private final int latentPatch;
  private final int latentWidth;
  private final List<ImageStatistics> figures = new ArrayList<>();
  private long[] sums = {};
  private long squares;
  private long prompts;

  ImageProbe(PolicySpec policy) {
    latentPatch = policy.network().map(PolicySpec.NetworkSpec::patch).orElse(LATENT_PATCH);
    latentWidth = policy.latentShape().width();
  }

  /**
   * Adds images.
   *
   * @param perPrompt images of each prompt, which follow one another
   */
  void add(Images images, int perPrompt) {
    int period = Math.max(1, latentPatch * images.width() / latentWidth);
    for (int row = 0; row < images.rows(); row++) {
      figures.add(figures(images, row, period));
      if (row % perPrompt == 0) {
        pool(images, row);
      }
    }
  }

  /** Of each image all but what needs two of them, which is NaN. */
  ImageStatistics[] figures() {
    return figures.toArray(ImageStatistics[]::new);
  }

  /** Of the first image of each prompt. */
  PixelSums sums() {
    return new PixelSums(prompts, sums, squares);
  }

  private static ImageStatistics figures(Images images, int row, int period) {
    int height = images.height();
    int width = images.width();
    double[] luma = new double[height * width];
    double saturation = 0;
    int from = 3 * row * luma.length;
    for (int i = 0; i < luma.length; i++) {
      double red = images.pixels()[from + i];
      double green = images.pixels()[from + luma.length + i];
      double blue = images.pixels()[from + 2 * luma.length + i];
      luma[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
      saturation += Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
    }
    double[] residual = residual(luma, height, width);
    return new ImageStatistics(
        borderNoise(images, row),
        rms(folded(residual, width, period)),
        rms(residual),
        mean(luma),
        saturation / luma.length,
        std(luma),
        edges(luma, height, width),
        Double.NaN);
  }

  private static double borderNoise(Images images, int row) {
    int plane = images.height() * images.width();
    int border = Math.min(BORDER * images.width(), plane);
    double sum = 0;
    for (int channel = 0; channel < 3; channel++) {
      int from = (3 * row + channel) * plane;
      double[] rows = new double[2 * border];
      for (int i = 0; i < border; i++) {
        rows[i] = images.pixels()[from + i];
        rows[border + i] = images.pixels()[from + plane - border + i];
      }
      sum += std(rows);
    }
    return sum / 3;
  }

  /** Luma less the mean of the 3 x 3 pixels around, those outside left out. */
  private static double[] residual(double[] luma, int height, int width) {
    double[] residual = new double[luma.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double sum = 0;
        int count = 0;
        for (int v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
          for (int u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
            sum += luma[v * width + u];
            count++;
          }
        }
        residual[y * width + x] = luma[y * width + x] - sum / count;
      }
    }
    return residual;
  }

  /** The mean patch of an image. */
  private static double[] folded(double[] image, int width, int period) {
    double[] sum = new double[period * period];
    int[] count = new int[sum.length];
    for (int i = 0; i < image.length; i++) {
      int at = i / width % period * period + i % width % period;
      sum[at] += image[i];
      count[at]++;
    }
    Arrays.setAll(sum, at -> count[at] == 0 ? 0 : sum[at] / count[at]);
    return sum;
  }

  private static double edges(double[] luma, int height, int width) {
    int edges = 0;
    int neighbours = 0;
    for (int i = 0; i < luma.length; i++) {
      if (i % width + 1 < width) {
        edges += Math.abs(luma[i + 1] - luma[i]) > EDGE ? 1 : 0;
        neighbours++;
      }
      if (i / width + 1 < height) {
        edges += Math.abs(luma[i + width] - luma[i]) > EDGE ? 1 : 0;
        neighbours++;
      }
    }
    return neighbours == 0 ? 0 : (double) edges / neighbours;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  private static double std(double[] values) {
    double mean = mean(values);
    return Math.sqrt(
        Arrays.stream(values)
            .map(value -> (value - mean) * (value - mean))
            .average()
            .orElse(Double.NaN));
  }

  private static double rms(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElse(Double.NaN));
  }

  private void pool(Images images, int row) {
    int height = Math.min(POOLED_SIDE, images.height());
    int width = Math.min(POOLED_SIDE, images.width());
    if (sums.length == 0) {
      sums = new long[3 * height * width];
    }
    prompts++;
    for (int at = 0; at < sums.length; at++) {
      int channel = at / (height * width);
      int y = at / width % height;
      long value = Math.round(255 * pooled(images, row, channel, y, height, at % width, width));
      sums[at] += value;
      squares += value * value;
    }
  }

  /** Mean of the pixels of a cell of the coarser image. */
  private static double pooled(
      Images images, int row, int channel, int y, int height, int x, int width) {
    int plane = images.height() * images.width();
    double sum = 0;
    int count = 0;
    for (int v = y * images.height() / height; v < (y + 1) * images.height() / height; v++) {
      for (int u = x * images.width() / width; u < (x + 1) * images.width() / width; u++) {
        sum += images.pixels()[(3 * row + channel) * plane + v * images.width() + u];
        count++;
      }
    }
    return sum / count;
  }
}
