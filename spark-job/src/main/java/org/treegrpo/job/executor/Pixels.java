package org.treegrpo.job.executor;

import org.treegrpo.core.policy.ImageDecoder.Images;

/** Images as bytes, for pictures that people look at. */
final class Pixels {

  private Pixels() {}

  /** One image of a batch: {@code [3, H, W]} in 0..255. */
  static byte[] bytes(Images images, int row) {
    int elements = 3 * images.height() * images.width();
    byte[] bytes = new byte[elements];
    for (int i = 0; i < elements; i++) {
      bytes[i] = (byte) Math.round(255f * images.pixels()[row * elements + i]);
    }
    return bytes;
  }
}
