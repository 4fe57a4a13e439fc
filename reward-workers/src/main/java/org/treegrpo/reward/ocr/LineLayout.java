package org.treegrpo.reward.ocr;

import org.treegrpo.reward.ImageBatch;

/**
 * Turns an image into the recogniser's input: 48 pixels high, the aspect ratio kept, bilinear with
 * half-pixel centres as PP-OCR's preprocessing, channels blue, green, red, {@code (x - 0.5) / 0.5}.
 * The input is exactly as wide as the image; nothing is padded.
 */
final class LineLayout {

  static final int HEIGHT = 48;
  private static final int CHANNELS = 3;

  private final int height;
  private final int width;
  private final int scaledWidth;

  /** For images of {@code height} x {@code width} pixels. */
  LineLayout(int height, int width) {
    this.height = height;
    this.width = width;
    this.scaledWidth = Math.max(HEIGHT / 2, Math.round((float) HEIGHT * width / height));
  }

  /** Columns of the input. */
  int scaledWidth() {
    return scaledWidth;
  }

  /** The input {@code [3, 48, scaledWidth]} of one row of a batch. */
  float[] input(ImageBatch images, int row) {
    int plane = height * width;
    float[] input = new float[CHANNELS * HEIGHT * scaledWidth];
    for (int channel = 0; channel < CHANNELS; channel++) {
      int from = images.offset(row) + (CHANNELS - 1 - channel) * plane;
      scale(images.pixels(), from, input, channel * HEIGHT * scaledWidth);
    }
    return input;
  }

  private void scale(float[] pixels, int from, float[] input, int to) {
    for (int y = 0; y < HEIGHT; y++) {
      float sourceY = source(y, HEIGHT, height);
      int above = (int) sourceY;
      int below = Math.min(above + 1, height - 1);
      float lower = sourceY - above;
      for (int x = 0; x < scaledWidth; x++) {
        float sourceX = source(x, scaledWidth, width);
        int left = (int) sourceX;
        int right = Math.min(left + 1, width - 1);
        float further = sourceX - left;
        float top = mix(pixels, from + above * width + left, from + above * width + right, further);
        float bottom =
            mix(pixels, from + below * width + left, from + below * width + right, further);
        float value = top + (bottom - top) * lower;
        input[to + y * scaledWidth + x] = (Math.min(1f, Math.max(0f, value)) - 0.5f) / 0.5f;
      }
    }
  }

  private static float source(int target, int targetSize, int sourceSize) {
    float position = (target + 0.5f) * sourceSize / targetSize - 0.5f;
    return Math.min(sourceSize - 1f, Math.max(0f, position));
  }

  private static float mix(float[] pixels, int first, int second, float share) {
    return pixels[first] + (pixels[second] - pixels[first]) * share;
  }
}
