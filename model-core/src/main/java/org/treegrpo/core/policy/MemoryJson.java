package org.treegrpo.core.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.treegrpo.core.policy.NetworkMemory.ByRows;

/** The key {@code memory} of {@code policy.json}: a {@link NetworkMemory}. */
final class MemoryJson {

  /** Key in {@code policy.json}. */
  static final String KEY = "memory";

  private static final String PREDICT = "predict";
  private static final String TRAIN = "train";
  private static final String TRAIN_BLOCKS = "trainBlocks";
  private static final String DECODE = "decode";
  private static final String FIXED = "fixed";
  private static final String ROW = "row";
  private static final List<String> KEYS = List.of(PREDICT, TRAIN, TRAIN_BLOCKS, DECODE);
  private static final List<String> BY_ROWS = List.of(FIXED, ROW);

  private MemoryJson() {}

  static Optional<NetworkMemory> parse(PolicyFilesObject root) throws PolicyDirectoryException {
    if (!root.has(KEY)) {
      return Optional.empty();
    }
    PolicyFilesObject object = root.object(KEY, KEYS);
    return Optional.of(
        new NetworkMemory(
            byRows(object, PREDICT),
            byRows(object, TRAIN),
            optional(object, TRAIN_BLOCKS),
            optional(object, DECODE)));
  }

  private static Optional<ByRows> optional(PolicyFilesObject object, String key)
      throws PolicyDirectoryException {
    return object.has(key) ? Optional.of(byRows(object, key)) : Optional.empty();
  }

  private static ByRows byRows(PolicyFilesObject object, String key)
      throws PolicyDirectoryException {
    PolicyFilesObject value = object.object(key, BY_ROWS);
    return new ByRows(value.bytes(FIXED), value.bytes(ROW));
  }

  static void render(NetworkMemory memory, ObjectNode root) {
    ObjectNode object = root.putObject(KEY);
    put(object, PREDICT, memory.predict());
    put(object, TRAIN, memory.train());
    memory.trainBlocks().ifPresent(it -> put(object, TRAIN_BLOCKS, it));
    memory.decode().ifPresent(it -> put(object, DECODE, it));
  }

  private static void put(ObjectNode object, String key, ByRows bytes) {
    object.putObject(key).put(FIXED, bytes.fixed()).put(ROW, bytes.row());
  }
}
