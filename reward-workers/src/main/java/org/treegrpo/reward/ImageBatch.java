package org.treegrpo.reward;

import java.util.Arrays;
import java.util.Objects;

/**
 * Images to score, RGB.
 *
 * @param rows B, the number of images; may be 0
 * @param height H in pixels
 * @param width W in pixels
 * @param pixels {@code [B, 3, H, W]} in [0, 1], row after row. Not copied; do not change the array
 *     while a reward may read it.
 */
public record ImageBatch(int rows, int height, int width, float[] pixels) {

  private static final int CHANNELS = 3;

  public ImageBatch {
    if (rows < 0 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "images: [B, 3, H, W] needs B >= 0, H >= 1 and W >= 1, was [%d, 3, %d, %d]"
              .formatted(rows, height, width));
    }
    int expected = Math.multiplyExact(rows, imageElements(height, width));
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "images: [%d, 3, %d, %d] needs %d values, got %d"
              .formatted(rows, height, width, expected, pixels.length));
    }
  }

  /**
   * A batch from a decoder's output: values in [-1, 1] are mapped to [0, 1], finite values outside
   * are clamped, the others become NaN (and fail their row in the pool).
   *
   * @param signed {@code [B, 3, H, W]} in [-1, 1]; left unchanged
   */
  public static ImageBatch fromSigned(int rows, int height, int width, float[] signed) {
    float[] pixels = new float[signed.length];
    for (int i = 0; i < signed.length; i++) {
      // An infinite pixel is damage and must not pass for white.
      pixels[i] =
          Float.isFinite(signed[i])
              ? Math.min(1f, Math.max(0f, signed[i] * 0.5f + 0.5f))
              : Float.NaN;
    }
    return new ImageBatch(rows, height, width, pixels);
  }

  /** Elements of one image, {@code 3 H W}. */
  public int imageElements() {
    return imageElements(height, width);
  }

  /** Where row {@code row} starts in {@link #pixels()}. */
  public int offset(int row) {
    return row * imageElements();
  }

  /** A copy of rows {@code from} (inclusive) to {@code to} (exclusive). */
  public ImageBatch slice(int from, int to) {
    if (from < 0 || to < from || to > rows) {
      throw new IndexOutOfBoundsException(
          "rows [%d, %d) of a batch of %d images".formatted(from, to, rows));
    }
    return new ImageBatch(
        to - from, height, width, Arrays.copyOfRange(pixels, offset(from), offset(to)));
  }

  /** A copy of some rows, in the order given. */
  public ImageBatch select(int[] wanted) {
    float[] selected = new float[Math.multiplyExact(wanted.length, imageElements())];
    for (int i = 0; i < wanted.length; i++) {
      Objects.checkIndex(wanted[i], rows);
      System.arraycopy(pixels, offset(wanted[i]), selected, i * imageElements(), imageElements());
    }
    return new ImageBatch(wanted.length, height, width, selected);
  }

  /** False where a pixel of the row is NaN or infinite. */
  public boolean isFinite(int row) {
    for (int i = offset(row); i < offset(row + 1); i++) {
      if (!Float.isFinite(pixels[i])) {
        return false;
      }
    }
    return true;
  }

  /** Row {@code row} as 8-bit RGB, {@code [H][W]} packed 0xRRGGBB in scan order; clamped. */
  public int[] packedRgb(int row) {
    int plane = height * width;
    int[] packed = new int[plane];
    for (int channel = 0; channel < CHANNELS; channel++) {
      int from = offset(row) + channel * plane;
      for (int i = 0; i < plane; i++) {
        int value = Math.round(Math.min(1f, Math.max(0f, pixels[from + i])) * 255f);
        packed[i] = packed[i] << 8 | value;
      }
    }
    return packed;
  }

  private static int imageElements(int height, int width) {
    return Math.multiplyExact(CHANNELS, Math.multiplyExact(height, width));
  }
}
