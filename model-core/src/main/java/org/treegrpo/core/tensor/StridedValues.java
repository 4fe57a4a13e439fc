package org.treegrpo.core.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Little-endian float32 values of a tensor that may lie in any order, brought into row-major order.
 */
final class StridedValues {

  private static final int CHUNK_BYTES = 1 << 20;

  private StridedValues() {}

  /**
   * Reads a parameter.
   *
   * @param in at its first element
   * @throws EOFException if the stream ends too early
   */
  static void read(InputStream in, ArchiveHeader.Parameter parameter, float[] target, int offset)
      throws IOException {
    int size = Math.toIntExact(parameter.size());
    if (parameter.isContiguous()) {
      floats(in, target, offset, size);
      return;
    }
    long[] shape = parameter.shape();
    long[] strides = parameter.strides();
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      last += (shape[i] - 1) * strides[i];
    }
    float[] stored = new float[Math.toIntExact(last + 1)];
    floats(in, stored, 0, stored.length);
    long[] index = new long[shape.length];
    for (int element = 0; element < size; element++) {
      long place = 0;
      for (int i = 0; i < index.length; i++) {
        place += index[i] * strides[i];
      }
      target[offset + element] = stored[(int) place];
      for (int i = index.length - 1; i >= 0 && ++index[i] == shape[i]; i--) {
        index[i] = 0;
      }
    }
  }

  private static void floats(InputStream in, float[] target, int offset, int length)
      throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < length; ) {
      int part = Math.min(CHUNK_BYTES / Float.BYTES, length - done);
      if (in.readNBytes(chunk.array(), 0, part * Float.BYTES) < part * Float.BYTES) {
        throw new EOFException();
      }
      chunk.clear().asFloatBuffer().get(target, offset + done, part);
      done += part;
    }
  }
}
