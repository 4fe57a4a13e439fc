package org.treegrpo.core.io;

import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import org.treegrpo.core.base.Bfloat16;

/** Conversions between little-endian tensor bytes and float32. */
final class FloatCodec {

  private static final int HALF_OVERFLOW = 0x477ff000; // 65520f, rounds to infinity
  private static final int HALF_MIN_NORMAL = 0x38800000; // 2^-14

  private FloatCodec() {}

  /**
   * Reads {@code count} elements from the buffer's position. F32, F16 and BF16 are exact; F64 is
   * rounded to nearest.
   *
   * @return -1, or the index (from 0) of the first finite F64 beyond the range of float32
   */
  static int decode(DType dtype, ByteBuffer bytes, float[] target, int offset, int count) {
    switch (dtype) {
      case F32 -> bytes.asFloatBuffer().get(target, offset, count);
      case BF16 -> {
        ShortBuffer halves = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[offset + i] = Bfloat16.toFloat(halves.get(i));
        }
      }
      case F16 -> {
        ShortBuffer halves = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[offset + i] = halfToFloat(halves.get(i));
        }
      }
      case F64 -> {
        var doubles = bytes.asDoubleBuffer();
        for (int i = 0; i < count; i++) {
          double value = doubles.get(i);
          target[offset + i] = (float) value;
          if (Float.isInfinite(target[offset + i]) && !Double.isInfinite(value)) {
            return i;
          }
        }
      }
      default -> throw new IllegalArgumentException("dtype must be floating, was " + dtype);
    }
    return -1;
  }

  /**
   * Writes {@code count} elements at the buffer's position, rounded to nearest even.
   *
   * @return -1, or the index (from 0) of the first finite value beyond the range of the dtype
   */
  static int encode(DType dtype, float[] source, int offset, int count, ByteBuffer bytes) {
    switch (dtype) {
      case F32 -> bytes.asFloatBuffer().put(source, offset, count);
      case BF16, F16 -> {
        ShortBuffer halves = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          float value = source[offset + i];
          short half = dtype == DType.F16 ? floatToHalf(value) : Bfloat16.of(value);
          float back = dtype == DType.F16 ? halfToFloat(half) : Bfloat16.toFloat(half);
          if (Float.isInfinite(back) && !Float.isInfinite(value)) {
            return i;
          }
          halves.put(i, half);
        }
      }
      case F64 -> {
        var doubles = bytes.asDoubleBuffer();
        for (int i = 0; i < count; i++) {
          doubles.put(i, source[offset + i]);
        }
      }
      default -> throw new IllegalArgumentException("dtype must be floating, was " + dtype);
    }
    return -1;
  }

  static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int mantissa = half & 0x3ff;
    int magnitude;
    if (exponent == 0) {
      magnitude = Float.floatToRawIntBits(mantissa * 0x1p-24f);
    } else if (exponent == 0x1f) {
      magnitude = 0x7f800000 | mantissa << 13;
    } else {
      magnitude = (exponent + 112) << 23 | mantissa << 13;
    }
    return Float.intBitsToFloat(sign | magnitude);
  }

  static short floatToHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    int half;
    if (Float.isNaN(value)) {
      half = 0x7e00 | (magnitude >>> 13 & 0x3ff);
    } else if (magnitude >= HALF_OVERFLOW) {
      half = 0x7c00;
    } else if (magnitude < HALF_MIN_NORMAL) {
      half = (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24);
    } else {
      half = (magnitude + 0xfff + (magnitude >>> 13 & 1) - (112 << 23)) >>> 13;
    }
    return (short) (sign | half);
  }
}
