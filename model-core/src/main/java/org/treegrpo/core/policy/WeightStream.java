package org.treegrpo.core.policy;

import java.nio.FloatBuffer;

/**
 * Flat weights in the order of a {@link ParameterLayout}, read once from front to end: they need
 * not be in one piece anywhere.
 */
@FunctionalInterface
public interface WeightStream {

  /** Fills what remains of a buffer with the next weights. */
  void next(FloatBuffer target);

  /** The weights of an array, which is not copied. */
  static WeightStream of(float[] weights) {
    FloatBuffer source = FloatBuffer.wrap(weights);
    return target -> {
      int count = target.remaining();
      target.put(source.slice(source.position(), count));
      source.position(source.position() + count);
    };
  }
}
