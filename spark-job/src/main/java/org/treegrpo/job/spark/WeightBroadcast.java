package org.treegrpo.job.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The flat weights of one version, broadcast as little-endian float32 bytes in pieces of at most
 * 256 MiB. The driver destroys it when the version is no longer needed.
 *
 * @param version identifies the weights within a run; executors install a version once
 */
public record WeightBroadcast(long version, int size, List<Broadcast<byte[]>> pieces)
    implements Serializable {

  private static final int PIECE_ELEMENTS = 64 << 20;

  /** Broadcasts {@code weights}. */
  public static WeightBroadcast of(JavaSparkContext context, long version, float[] weights) {
    List<Broadcast<byte[]>> pieces = new ArrayList<>();
    for (int from = 0; from < weights.length; from += PIECE_ELEMENTS) {
      int length = Math.min(PIECE_ELEMENTS, weights.length - from);
      pieces.add(context.broadcast(bytes(weights, from, length)));
    }
    return new WeightBroadcast(version, weights.length, pieces);
  }

  /** The weights, on an executor. */
  public float[] read() {
    float[] weights = new float[size];
    int offset = 0;
    for (Broadcast<byte[]> piece : pieces) {
      ByteBuffer bytes = ByteBuffer.wrap(piece.value()).order(ByteOrder.LITTLE_ENDIAN);
      int length = bytes.remaining() / Float.BYTES;
      bytes.asFloatBuffer().get(weights, offset, length);
      offset += length;
    }
    return weights;
  }

  /** Removes the value from driver and executors. */
  public void destroy() {
    pieces.forEach(Broadcast::destroy);
  }

  private static byte[] bytes(float[] values, int from, int length) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(length, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, from, length);
    return bytes.array();
  }
}
