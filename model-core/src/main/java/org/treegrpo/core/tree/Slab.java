package org.treegrpo.core.tree;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Off-heap rows of D floats. Reads may come from any thread; a closed slab refuses access. */
final class Slab implements AutoCloseable {

  private final SlabPool pool;
  private final int elements;
  private volatile @Nullable FloatBuffer buffer;

  Slab(SlabPool pool, FloatBuffer buffer, int elements) {
    this.pool = pool;
    this.buffer = buffer;
    this.elements = elements;
  }

  static FloatBuffer allocate(int floats) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  void put(int row, float[] source, int offset, int rows) {
    open().put(row * elements, source, offset, rows * elements);
  }

  void get(int row, float[] target, int rows) {
    open().get(row * elements, target, 0, rows * elements);
  }

  long bytes() {
    FloatBuffer current = buffer;
    return current == null ? 0 : (long) current.capacity() * Float.BYTES;
  }

  private FloatBuffer open() {
    FloatBuffer current = buffer;
    if (current == null) {
      throw new IllegalStateException("the grown share is closed");
    }
    return current;
  }

  @Override
  public void close() {
    FloatBuffer current = buffer;
    if (current != null) {
      buffer = null;
      pool.release(current);
    }
  }
}
