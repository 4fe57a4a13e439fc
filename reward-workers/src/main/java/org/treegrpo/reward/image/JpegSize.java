package org.treegrpo.reward.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.treegrpo.reward.ImageBatch;

/** Measures images as JPEG files, with one encoder that it owns. */
final class JpegSize implements AutoCloseable {

  private static final double BYTES_PER_KB = 1000;
  private static final float QUALITY = 0.95f;

  private final ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
  private final ImageWriteParam parameters = writer.getDefaultWriteParam();

  JpegSize() {
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(QUALITY);
  }

  /** Size of one row's file in units of 1000 bytes. */
  double kilobytes(ImageBatch images, int row) throws IOException {
    return encode(images, row).length / BYTES_PER_KB;
  }

  /** One row's file. */
  byte[] encode(ImageBatch images, int row) throws IOException {
    int width = images.width();
    BufferedImage image = new BufferedImage(width, images.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, images.height(), images.packedRgb(row), 0, width);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    }
    return file.toByteArray();
  }

  @Override
  public void close() {
    writer.dispose();
  }
}
