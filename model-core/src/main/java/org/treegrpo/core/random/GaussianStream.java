package org.treegrpo.core.random;

import java.util.random.RandomGenerator;

/**
 * Random numbers from a 64-bit key: xoshiro256++ (Blackman and Vigna, 2019) seeded by SplitMix64,
 * and Marsaglia's polar method for normal ones. Only exactly specified arithmetic is used
 * (StrictMath), so that every JVM gives the same bits; the JDK's own {@code nextGaussian} promises
 * none. Not thread-safe.
 */
public final class GaussianStream implements RandomGenerator {

  private static final double SCALE = 0x1.0p-52;

  private long s0;
  private long s1;
  private long s2;
  private long s3;

  /**
   * @param key see {@link Keys}
   */
  public GaussianStream(long key) {
    s0 = Keys.splitMix(key, 0);
    s1 = Keys.splitMix(key, 1);
    s2 = Keys.splitMix(key, 2);
    s3 = Keys.splitMix(key, 3);
  }

  /** Standard normal numbers into {@code target[offset, offset + length)}. */
  public void fill(float[] target, int offset, int length) {
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

  /** One standard normal number, rounded to float32; the second of the pair is dropped. */
  @Override
  public double nextGaussian() {
    float[] one = new float[1];
    fill(one, 0, 1);
    return one[0];
  }

  @Override
  public long nextLong() {
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

  /** Uniform in [-1, 1). */
  private double nextSymmetric() {
    return (nextLong() >> 11) * SCALE;
  }
}
