package org.treegrpo.job.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** RGB tensors as PNG pictures. Needs no display and no fonts. */
public final class Png {
  private Png() {}

  /**
   * One image of a batch; values outside the range are clamped, NaN is black.
   *
   * @param pixels {@code [.., 3, H, W]} in [0, 1]
   * @param offset where the image starts
   */
  public static BufferedImage image(float[] pixels, int offset, int height, int width) {
    int plane = height * width;
    if (offset < 0 || offset + 3 * plane > pixels.length) {
      throw new IllegalArgumentException(
          "an image of [3, %d, %d] at %d does not fit into %d values"
              .formatted(height, width, offset, pixels.length));
    }
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int rgb = 0;
      for (int channel = 0; channel < 3; channel++) {
        float value = Math.min(1f, Math.max(0f, pixels[offset + channel * plane + i]));
        rgb = rgb << 8 | Math.round(value * 255f);
      }
      image.setRGB(i % width, i / width, rgb);
    }
    return image;
  }

  /** An image from its planes. {@code planes} is {@code [3, H, W]}, a byte from 0 to 255 each. */
  public static BufferedImage image(byte[] planes, int height, int width) {
    int plane = height * width;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int rgb =
          ((planes[i] & 0xff) << 16)
              | ((planes[plane + i] & 0xff) << 8)
              | (planes[2 * plane + i] & 0xff);
      image.setRGB(i % width, i / width, rgb);
    }
    return image;
  }

  /** The picture's PNG file. */
  public static byte[] encode(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("this Java has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** The picture's PNG file in base64, as {@link GrownTree.Node#png} holds it. */
  public static String base64(BufferedImage image) {
    return Base64.getEncoder().encodeToString(encode(image));
  }

  /**
   * Reads a PNG file.
   *
   * @throws IOException if it is not a picture
   */
  public static BufferedImage decode(byte[] png) throws IOException {
    BufferedImage image =
        ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(png)));
    if (image == null) {
      throw new IOException("not a PNG picture");
    }
    return image;
  }
}
