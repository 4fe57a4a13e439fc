package org.treegrpo.job.spark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.zip.CRC32C;
import org.treegrpo.core.base.Bfloat16;

/**
 * A part of a flat vector as bytes: little-endian values, float32 or bfloat16, then the CRC32C of
 * theirs.
 */
final class VectorChunk {

  private VectorChunk() {}

  /** Writes a range of a vector. */
  static ByteBuffer encode(float[] values, int from, int count, boolean half) {
    int length = count * (half ? Short.BYTES : Float.BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (half) {
      ShortBuffer target = bytes.asShortBuffer();
      for (int i = 0; i < count; i++) {
        target.put(i, Bfloat16.of(values[from + i]));
      }
    } else {
      bytes.asFloatBuffer().put(values, from, count);
    }
    return bytes.putInt(length, crc(payload(bytes)));
  }

  /**
   * Looks whether a chunk is as it was written.
   *
   * @throws IllegalStateException if its CRC is not that of its values
   */
  static void check(ByteBuffer chunk) {
    int length = chunk.remaining() - Integer.BYTES;
    int stated = chunk.slice().order(ByteOrder.LITTLE_ENDIAN).getInt(length);
    int found = crc(payload(chunk));
    if (stated != found) {
      throw new IllegalStateException(
          "a chunk of %d bytes has the CRC32C %08x, not %08x as it was sent"
              .formatted(length, found, stated));
    }
  }

  /** A chunk without its CRC. */
  static ByteBuffer payload(ByteBuffer chunk) {
    return chunk
        .slice()
        .limit(chunk.remaining() - Integer.BYTES)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The values of a checked chunk. */
  static float[] decode(ByteBuffer chunk, boolean half) {
    ByteBuffer bytes = payload(chunk);
    if (half) {
      ShortBuffer values = bytes.asShortBuffer();
      float[] decoded = new float[values.remaining()];
      for (int i = 0; i < decoded.length; i++) {
        decoded[i] = Bfloat16.toFloat(values.get(i));
      }
      return decoded;
    }
    FloatBuffer values = bytes.asFloatBuffer();
    float[] decoded = new float[values.remaining()];
    values.get(decoded);
    return decoded;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
