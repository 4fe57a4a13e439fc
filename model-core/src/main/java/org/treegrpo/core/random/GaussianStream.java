package org.treegrpo.core.tree;

/**
 * Standard normal numbers from a 64-bit key: xoshiro256++ seeded by SplitMix64, and Marsaglia's
 * polar method. Only exactly specified arithmetic is used (StrictMath), so that every JVM gives the
 * same bits.
 */
final class GaussianStream {

  private static final double SCALE = 0x1.0p-52;

  private long s0;
  private long s1;
  private long s2;
  private long s3;

  GaussianStream(long key) {
    s0 = Keys.splitMix(key, 0);
    s1 = Keys.splitMix(key, 1);
    s2 = Keys.splitMix(key, 2);
    s3 = Keys.splitMix(key, 3);
  }

  void fill(float[] target, int offset, int length) {
    int end = offset + length;
    for (int i = offset; i < end; i += 2) {
      double u;
      double v;
      double square;
      do {
        u = nextSymmetric();
        v = nextSymmetric();
        square = u * u + v * v;
      } while (square >= 1 || square == 0);
      double factor = Math.sqrt(-2 * StrictMath.log(square) / square);
      target[i] = (float) (u * factor);
      if (i + 1 < end) {
        target[i + 1] = (float) (v * factor);
      }
    }
  }

  /** Uniform in [-1, 1). */
  private double nextSymmetric() {
    return (next() >> 11) * SCALE;
  }

  private long next() {
    long result = Long.rotateLeft(s0 + s3, 23) + s0;
    long shifted = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = Long.rotateLeft(s3, 45);
    return result;
  }
}
