package org.treegrpo.core.base;

/**
 * The upper half of a float32: 8 bits of exponent, 7 of mantissa; rounded to nearest even, which
 * errs by at most 2^-9 of a value.
 */
public final class Bfloat16 {

  private Bfloat16() {}

  /** The nearest value; beyond the largest one infinity. */
  public static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  /** The float32 of the same value. */
  public static float toFloat(short value) {
    return Float.intBitsToFloat(value << 16);
  }

  /** Rounds every element. */
  public static void round(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = toFloat(of(values[i]));
    }
  }
}
