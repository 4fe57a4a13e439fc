package org.treegrpo.job.spark;

import java.util.Optional;
import org.apache.spark.storage.StorageLevel;

/**
 * A flat vector that waits, as chunks, in the block store of the executor that computed it.
 *
 * @param id of the chunks in the stores
 * @param name of the vector under that id; letters, digits and underscores
 * @param size elements
 * @param chunk elements of each chunk but the last
 * @param half whether its values are bfloat16
 */
public record StoredVector(long id, String name, int size, int chunk, boolean half) {

  /** An id for vectors that are dropped together, on the driver. */
  public static long newId() {
    return ChunkStore.newId();
  }

  /** Whether a vector has more than one chunk. */
  public static boolean isLong(int size) {
    return size > ChunkStore.chunkBytes() / Float.BYTES;
  }

  /** Stores a vector here. */
  public static StoredVector put(long id, String name, float[] values, boolean half) {
    StoredVector vector =
        new StoredVector(id, name, values.length, ChunkStore.chunkBytes() / Float.BYTES, half);
    for (int index = 0; index < vector.chunks(); index++) {
      int from = index * vector.chunk;
      ChunkStore.put(
          id,
          vector.chunkName(index),
          VectorChunk.encode(values, from, Math.min(vector.chunk, values.length - from), half),
          StorageLevel.MEMORY_AND_DISK_SER());
    }
    return vector;
  }

  /** How many chunks there are. */
  public int chunks() {
    return (int) (((long) size + chunk - 1) / chunk);
  }

  /**
   * One chunk.
   *
   * @return empty where the executor is lost
   */
  public Optional<float[]> read(int index) {
    return ChunkStore.read(
        id,
        chunkName(index),
        bytes -> {
          VectorChunk.check(bytes);
          return VectorChunk.decode(bytes, half);
        });
  }

  /** Whether the executor is still known to be there, on the driver. */
  public boolean isThere() {
    return ChunkStore.isSomewhere(id, chunkName(0));
  }

  private String chunkName(int index) {
    return name + "c" + index;
  }

  /** Drops all vectors of an id, on the driver. */
  public static void drop(long id) {
    ChunkStore.remove(id);
  }
}
