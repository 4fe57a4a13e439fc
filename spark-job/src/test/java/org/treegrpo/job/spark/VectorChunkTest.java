package org.treegrpo.job.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VectorChunkTest {

  private static final float[] VALUES = {9, 1.5f, -0f, 1 + 0x1p-8f, Float.MIN_VALUE, 9};

  @Test
  void valuesComeBackToTheBit() {
    ByteBuffer bytes = VectorChunk.encode(VALUES, 1, 4, false);
    assertThat(bytes.remaining()).as("float32 and a CRC32C").isEqualTo(4 * 4 + 4);
    VectorChunk.check(bytes);
    assertThat(VectorChunk.decode(bytes, false))
        .as("the range")
        .containsExactly(1.5f, -0f, 1 + 0x1p-8f, Float.MIN_VALUE);
  }

  @Test
  void halfTheBytesRoundToEven() {
    ByteBuffer bytes = VectorChunk.encode(VALUES, 1, 3, true);
    assertThat(bytes.remaining()).as("bfloat16 and a CRC32C").isEqualTo(3 * 2 + 4);
    VectorChunk.check(bytes);
    assertThat(VectorChunk.decode(bytes, true)).as("rounded").containsExactly(1.5f, -0f, 1);
  }

  @Test
  void aFlippedBitIsFound() {
    ByteBuffer bytes = VectorChunk.encode(VALUES, 0, 6, false);
    bytes.put(7, (byte) (bytes.get(7) ^ 1));
    assertThatThrownBy(() -> VectorChunk.check(bytes))
        .as("one of 24 bytes")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "a chunk of 24 bytes has the CRC32C [0-9a-f]{8}, not .* as it was sent");
  }
}
