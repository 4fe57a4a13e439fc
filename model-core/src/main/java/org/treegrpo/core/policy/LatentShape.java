package org.treegrpo.core.policy;

/** Shape {@code [C, H, W]} of one latent sample. */
public record LatentShape(int channels, int height, int width) {

  public LatentShape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "latentShape: each of [C, H, W] must be at least 1, was [%d, %d, %d]"
              .formatted(channels, height, width));
    }
    Math.multiplyExact(Math.multiplyExact(channels, height), width);
  }

  /** D, the number of elements of one latent. */
  public int elements() {
    return channels * height * width;
  }
}
