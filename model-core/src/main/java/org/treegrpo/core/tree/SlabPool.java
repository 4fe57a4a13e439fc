package org.treegrpo.core.tree;

import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Reuses the buffers of closed shares. Direct buffers are otherwise freed only when a garbage
 * collection finds them; shares of one run come in few sizes, round after round.
 */
final class SlabPool {

  private static final int LARGEST = Integer.MAX_VALUE / Float.BYTES;

  private final Map<Integer, Deque<FloatBuffer>> free = new HashMap<>();

  Slab take(int rows, int elements) {
    long floats = (long) rows * elements;
    if (floats > LARGEST) {
      throw new IllegalArgumentException(
          "a share of %d states of %d elements exceeds the 2 GiB of one buffer; use smaller shares"
              .formatted(rows, elements));
    }
    return new Slab(this, buffer((int) floats), elements);
  }

  private synchronized FloatBuffer buffer(int floats) {
    Deque<FloatBuffer> sameSize = free.get(floats);
    return sameSize == null || sameSize.isEmpty() ? Slab.allocate(floats) : sameSize.pop();
  }

  synchronized void release(FloatBuffer buffer) {
    free.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).push(buffer);
  }
}
