package org.treegrpo.job.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import org.treegrpo.core.base.Sha256;

/** The fingerprint of a weight vector: equal exactly where every byte is. */
public final class WeightsDigest {

  private static final int CHUNK_FLOATS = 1 << 16;

  private WeightsDigest() {}

  /**
   * SHA-256, in lower-case hexadecimal, of the little-endian float32 bytes in layout order; also
   * that of the data section of {@code policy.safetensors}.
   */
  public static String sha256(float[] weights) {
    MessageDigest digest = Sha256.newDigest();
    ByteBuffer chunk =
        ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < weights.length; ) {
      int part = Math.min(CHUNK_FLOATS, weights.length - done);
      chunk.clear();
      chunk.asFloatBuffer().put(weights, done, part);
      digest.update(chunk.array(), 0, part * Float.BYTES);
      done += part;
    }
    return Sha256.hex(digest);
  }
}
