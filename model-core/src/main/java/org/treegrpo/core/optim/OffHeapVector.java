package org.treegrpo.core.optim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * A flat float32 vector outside of the JVM's heap, for what is as long as the weights and is only
 * passed through. Its memory counts against {@code -XX:MaxDirectMemorySize} and is given back when
 * the vector is collected. Ranges that do not overlap may be used by several threads.
 */
public final class OffHeapVector {

  /** One buffer holds less than 2 GiB. */
  private static final int MOST_OF_ONE = 1 << 28;

  private final int size;
  private final int piece;
  private final FloatBuffer[] pieces;

  /** A vector of zeros. */
  public OffHeapVector(int size) {
    this(size, MOST_OF_ONE);
  }

  /**
   * @param piece elements of one buffer
   */
  OffHeapVector(int size, int piece) {
    this.size = size;
    this.piece = piece;
    pieces = new FloatBuffer[(int) (((long) size + piece - 1) / piece)];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] =
          ByteBuffer.allocateDirect(Math.min(piece, size - i * piece) * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
    }
  }

  /** A copy of an array. */
  public static OffHeapVector of(float[] array) {
    OffHeapVector vector = new OffHeapVector(array.length);
    vector.set(0, array, 0, array.length);
    return vector;
  }

  /** Number of elements. */
  public int size() {
    return size;
  }

  /** Copies elements {@code [index, index + count)} into {@code target} from {@code offset}. */
  public void get(int index, float[] target, int offset, int count) {
    Objects.checkFromIndexSize(index, count, size);
    for (int done = 0; done < count; ) {
      FloatBuffer values = pieces[(index + done) / piece];
      int at = (index + done) % piece;
      int part = Math.min(count - done, values.capacity() - at);
      values.get(at, target, offset + done, part);
      done += part;
    }
  }

  /** Overwrites elements {@code [index, index + count)} by those of {@code source}. */
  public void set(int index, float[] source, int offset, int count) {
    Objects.checkFromIndexSize(index, count, size);
    for (int done = 0; done < count; ) {
      FloatBuffer values = pieces[(index + done) / piece];
      int at = (index + done) % piece;
      int part = Math.min(count - done, values.capacity() - at);
      values.put(at, source, offset + done, part);
      done += part;
    }
  }

  /** A copy on the heap. */
  public float[] toArray() {
    float[] array = new float[size];
    get(0, array, 0, size);
    return array;
  }
}
