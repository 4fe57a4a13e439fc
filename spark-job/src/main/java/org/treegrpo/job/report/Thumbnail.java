package org.treegrpo.job.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.treegrpo.job.images.Png;

/** Pictures small enough to be part of a page. */
final class Thumbnail {
  /** Pictures narrower than this are enlarged by the browser pixel by pixel. */
  private static final int PIXEL_ART = 128;

  private Thumbnail() {}

  /** An {@code img} element that carries its picture. */
  static String img(BufferedImage image, int maxWidth, String alt) {
    return new Html()
        .format(
            "<img src=\"%s\" width=\"%s\" height=\"%s\" alt=\"%s\"",
            dataUri(image, maxWidth), image.getWidth(), image.getHeight(), alt)
        .raw(isPixelArt(image) ? " class=\"px\">" : ">")
        .toString();
  }

  /** Whether the browser enlarges the picture pixel by pixel. */
  static boolean isPixelArt(BufferedImage image) {
    return image.getWidth() < PIXEL_ART;
  }

  /** The picture as a data URI, at most {@code maxWidth} pixels wide. */
  static String dataUri(BufferedImage image, int maxWidth) {
    int factor = (image.getWidth() + maxWidth - 1) / maxWidth;
    return "data:image/png;base64," + Png.base64(factor <= 1 ? image : shrink(image, factor));
  }

  /** The picture as a data URI for a page of very many: photographs lose what nobody sees. */
  static String smallUri(BufferedImage image, int maxWidth) {
    if (isPixelArt(image)) {
      return dataUri(image, maxWidth);
    }
    BufferedImage small = shrink(image, (image.getWidth() + maxWidth - 1) / maxWidth);
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    try {
      ImageIO.write(small, "jpg", jpeg);
    } catch (IOException e) {
      throw new UncheckedIOException("no picture could be written", e); // nothing but memory
    }
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg.toByteArray());
  }

  /** Every pixel is the mean of {@code factor} x {@code factor} pixels. */
  private static BufferedImage shrink(BufferedImage image, int factor) {
    int width = Math.max(1, image.getWidth() / factor);
    int height = Math.max(1, image.getHeight() / factor);
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        small.setRGB(x, y, mean(image, x * factor, y * factor, factor));
      }
    }
    return small;
  }

  private static int mean(BufferedImage image, int left, int top, int factor) {
    int bottom = Math.min(image.getHeight(), top + factor);
    int right = Math.min(image.getWidth(), left + factor);
    long[] sums = new long[3];
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int rgb = image.getRGB(x, y);
        for (int channel = 0; channel < 3; channel++) {
          sums[channel] += rgb >> (16 - 8 * channel) & 0xff;
        }
      }
    }
    long pixels = (long) (bottom - top) * (right - left);
    return (int) (((sums[0] / pixels) << 16) | ((sums[1] / pixels) << 8) | (sums[2] / pixels));
  }
}
