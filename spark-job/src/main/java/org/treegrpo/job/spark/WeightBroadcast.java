package org.treegrpo.job.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.spark.storage.StorageLevel;
import org.treegrpo.core.policy.WeightStream;

/**
 * The flat weights of one version, broadcast as chunks that executors fetch from the driver and
 * from one another, in an order of their own. No process holds the weights a second time as one
 * piece: chunks lie in the block stores, which put them on disk where memory is short, and are
 * copied into the network one by one. The driver destroys it when the version is no longer needed.
 *
 * @param version identifies the weights within a run; executors install a version once
 * @param size of the flat vector
 * @param id of the chunks in the stores
 * @param chunk elements of each chunk but the last
 * @param fingerprint CRC32C of all weights as little-endian float32, in hexadecimal
 */
public record WeightBroadcast(long version, int size, long id, int chunk, String fingerprint)
    implements Serializable {

  /** The version of what a policy is compared with. */
  public static final long REFERENCE = Long.MAX_VALUE;

  /** Of a longer vector the driver keeps its chunks on disk, beside the weights themselves. */
  private static final long MOST_IN_MEMORY = 32L << 20;

  /** Broadcasts {@code weights}, on the driver. */
  public static WeightBroadcast of(long version, float[] weights) {
    long id = ChunkStore.newId();
    int chunk = ChunkStore.chunkBytes() / Float.BYTES;
    StorageLevel level =
        (long) weights.length * Float.BYTES > MOST_IN_MEMORY
            ? StorageLevel.DISK_ONLY()
            : StorageLevel.MEMORY_AND_DISK_SER();
    CRC32C all = new CRC32C();
    boolean whole = false;
    try {
      for (int index = 0; index < chunks(weights.length, chunk); index++) {
        int from = index * chunk;
        ByteBuffer bytes =
            VectorChunk.encode(weights, from, Math.min(chunk, weights.length - from), false);
        all.update(VectorChunk.payload(bytes));
        ChunkStore.put(id, name(index), bytes, level);
      }
      whole = true;
    } finally {
      if (!whole) { // as where the disk is full
        ChunkStore.remove(id);
      }
    }
    return new WeightBroadcast(version, weights.length, id, chunk, hex(all));
  }

  private static int chunks(int size, int chunk) {
    return (int) (((long) size + chunk - 1) / chunk);
  }

  private static String name(int index) {
    return "weights" + index;
  }

  private static String hex(CRC32C all) {
    return "%08x".formatted(all.getValue());
  }

  /**
   * The weights, on an executor, which has their chunks in its own store afterwards.
   *
   * @throws IllegalStateException while it is read, if it is not what the driver has sent
   */
  public WeightStream stream() {
    bring();
    return new Stream();
  }

  /** Fetches what is not here: tasks of one executor once, executors in different orders. */
  private void bring() {
    synchronized (WeightBroadcast.class) {
      List<Integer> order =
          IntStream.range(0, chunks(size, chunk)).boxed().collect(Collectors.toList());
      Collections.shuffle(order);
      order.forEach(index -> ChunkStore.bring(id, name(index)));
    }
  }

  /** Reads chunk after chunk. */
  private final class Stream implements WeightStream {

    private final CRC32C all = new CRC32C();
    private FloatBuffer current = FloatBuffer.allocate(0);
    private int next;

    @Override
    public void next(FloatBuffer target) {
      while (target.hasRemaining()) {
        if (!current.hasRemaining()) {
          advance();
        }
        int count = Math.min(target.remaining(), current.remaining());
        target.put(current.slice(current.position(), count));
        current.position(current.position() + count);
      }
    }

    private void advance() {
      current =
          ChunkStore.read(
                  id,
                  name(next),
                  bytes -> {
                    VectorChunk.check(bytes);
                    all.update(VectorChunk.payload(bytes));
                    return FloatBuffer.wrap(VectorChunk.decode(bytes, false));
                  })
              .orElseThrow();
      next++;
      if (next == chunks(size, chunk) && !hex(all).equals(fingerprint)) {
        throw new IllegalStateException(
            "weights of version %d have the fingerprint %s here, not %s as on the driver"
                .formatted(version, hex(all), fingerprint));
      }
    }
  }

  /** Removes the weights from driver and executors. */
  public void destroy() {
    ChunkStore.remove(id);
  }
}
