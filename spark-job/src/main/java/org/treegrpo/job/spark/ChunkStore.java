package org.treegrpo.job.spark;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.storage.BlockData;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BroadcastBlockId;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.io.ChunkedByteBuffer;
import scala.Option;
import scala.reflect.ClassTag$;

/**
 * Bytes by name in the block stores of driver and executors. The names live where Spark's
 * broadcasts have theirs, so that what belongs together is removed everywhere at once, moves from
 * whoever has it, and is encrypted as the cluster's broadcasts are.
 */
final class ChunkStore {

  /** Above those that Spark counts from 0. */
  private static final AtomicLong NEXT = new AtomicLong(1L << 48);

  private ChunkStore() {}

  /** An id under which nothing is stored yet, on the driver. */
  static long newId() {
    return NEXT.getAndIncrement();
  }

  /** Bytes of a chunk, as Spark cuts the values of its own broadcasts. */
  static int chunkBytes() {
    long bytes = 1024 * SparkEnv.get().conf().getSizeAsKb("spark.broadcast.blockSize", "4m");
    return (int) Math.min(bytes, 1 << 28);
  }

  /** Stores bytes here, and tells the driver where they are. */
  static void put(long id, String name, ByteBuffer bytes, StorageLevel level) {
    put(id, name, new ChunkedByteBuffer(bytes), level);
  }

  private static void put(long id, String name, ChunkedByteBuffer bytes, StorageLevel level) {
    if (!store().putBytes(block(id, name), bytes, level, true, ClassTag$.MODULE$.Nothing())) {
      throw new IllegalStateException(
          "%s of %d bytes fits neither memory nor disk".formatted(block(id, name), bytes.size()));
    }
  }

  /** What a reader does with bytes, which it must not keep. */
  interface Reader<T> {
    T read(ByteBuffer bytes);
  }

  /**
   * Reads bytes from here or from whoever has them.
   *
   * @return empty where nobody has them any more
   */
  static <T> Optional<T> read(long id, String name, Reader<T> reader) {
    Optional<T> here = readHere(id, name, reader);
    if (here.isPresent()) {
      return here;
    }
    Option<ChunkedByteBuffer> there = store().getRemoteBytes(block(id, name));
    return there.isEmpty()
        ? Optional.empty()
        : Optional.of(reader.read(there.get().toByteBuffer()));
  }

  private static <T> Optional<T> readHere(long id, String name, Reader<T> reader) {
    BlockId block = block(id, name);
    Option<BlockData> here = store().getLocalBytes(block);
    if (here.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader.read(here.get().toByteBuffer()));
    } finally {
      store().releaseLockAndDispose(block, here.get(), Option.apply(TaskContext.get()));
    }
  }

  /**
   * Brings bytes here, where others find them then too.
   *
   * @throws IllegalStateException if nobody has them
   */
  static void bring(long id, String name) {
    BlockId block = block(id, name);
    if (readHere(id, name, bytes -> true).isEmpty()) {
      Option<ChunkedByteBuffer> there = store().getRemoteBytes(block);
      if (there.isEmpty()) {
        throw new IllegalStateException(block + " is nowhere any more");
      }
      put(id, name, there.get(), StorageLevel.MEMORY_AND_DISK_SER());
    }
  }

  /** Whether anybody is known to have bytes, on the driver. */
  static boolean isSomewhere(long id, String name) {
    return store().master().getLocations(block(id, name)).nonEmpty();
  }

  /** Removes all bytes of an id from driver and executors, on the driver. */
  static void remove(long id) {
    store().master().removeBroadcast(id, true, false);
  }

  private static BlockManager store() {
    return SparkEnv.get().blockManager();
  }

  private static BlockId block(long id, String name) {
    return new BroadcastBlockId(id, name);
  }
}
