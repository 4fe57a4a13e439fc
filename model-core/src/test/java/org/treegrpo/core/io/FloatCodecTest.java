package org.treegrpo.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.base.Bfloat16;

class FloatCodecTest {

  /** The value of a half by the definition of IEEE 754, in double. */
  private static double half(int bits) {
    double sign = bits >> 15 == 0 ? 1 : -1;
    int exponent = bits >> 10 & 0x1f;
    int mantissa = bits & 0x3ff;
    if (exponent == 0x1f) {
      return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * mantissa * Math.pow(2, -24)
        : sign * (1024 + mantissa) * Math.pow(2, exponent - 25);
  }

  @Test
  void decodesEveryHalfExactlyAndEncodesItBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = FloatCodec.halfToFloat((short) bits);
      assertThat((double) value).as("half %04x", bits).isEqualTo(Double.valueOf(half(bits)));
      if (!Float.isNaN(value)) {
        assertThat(FloatCodec.floatToHalf(value) & 0xffff).as("back").isEqualTo(bits);
      } else {
        assertThat(FloatCodec.halfToFloat(FloatCodec.floatToHalf(value))).as("NaN").isNaN();
      }
    }
  }

  @Test
  void encodesEveryBfloatBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float.intBitsToFloat(bits << 16);
      if (!Float.isNaN(value)) {
        assertThat(Bfloat16.of(value) & 0xffff).as("bfloat %x", bits).isEqualTo(bits);
      }
    }
    assertThat(Float.intBitsToFloat(Bfloat16.of(Float.intBitsToFloat(0x7f800001)) << 16))
        .as("a NaN whose kept bits are zero stays a NaN")
        .isNaN();
  }

  @Test
  void roundsToNearestEven() {
    assertThat(FloatCodec.floatToHalf(1 + 0x1p-11f)).as("tie to even").isEqualTo((short) 0x3c00);
    assertThat(FloatCodec.floatToHalf(1 + 3 * 0x1p-11f)).as("tie up").isEqualTo((short) 0x3c02);
    assertThat(FloatCodec.floatToHalf(0x1p-25f)).as("tie to zero").isEqualTo((short) 0);
    assertThat(FloatCodec.floatToHalf(65519f)).as("largest half").isEqualTo((short) 0x7bff);
    assertThat(FloatCodec.floatToHalf(65520f)).as("overflow").isEqualTo((short) 0x7c00);
    assertThat(Bfloat16.of(1 + 0x1p-8f)).as("tie to even").isEqualTo((short) 0x3f80);
    assertThat(Bfloat16.of(1 + 3 * 0x1p-8f)).as("tie up").isEqualTo((short) 0x3f82);
  }

  @Property(tries = 2000)
  void noNeighbourIsNearerThanTheHalfChosen(@ForAll int bits) {
    float value = Float.intBitsToFloat(bits);
    if (!Float.isFinite(value) || Math.abs(value) >= 65504) {
      return;
    }
    int chosen = FloatCodec.floatToHalf(value) & 0xffff;
    BigDecimal error = error(value, chosen);
    for (int neighbour : new int[] {chosen - 1, chosen + 1}) {
      if ((neighbour & 0x7fff) < 0x7c00 && neighbour >= 0 && neighbour >> 15 == chosen >> 15) {
        assertThat(error).as("%s", value).isLessThanOrEqualTo(error(value, neighbour));
      }
    }
  }

  private static BigDecimal error(float value, int half) {
    return new BigDecimal(value).subtract(new BigDecimal(half(half))).abs();
  }
}
