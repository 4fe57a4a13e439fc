package org.treegrpo.reward.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardPrompt;

/**
 * Some rows of a submitted batch.
 *
 * @param index 0, 1, ... within the batch
 * @param of the batch's rows that are rows 0, 1, ... here, rising; not copied
 * @param images the rows' images
 * @param prompts the rows' prompts
 */
record Chunk(int index, int[] of, ImageBatch images, List<RewardPrompt> prompts) {

  /** The batch in chunks of {@code size} rows; the last may be shorter. */
  static List<Chunk> split(ImageBatch images, List<RewardPrompt> prompts, int size) {
    List<Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < images.rows(); from += size) {
      int to = Math.min(images.rows(), from + size);
      boolean whole = to - from == images.rows();
      chunks.add(
          new Chunk(
              chunks.size(),
              IntStream.range(from, to).toArray(),
              whole ? images : images.slice(from, to),
              List.copyOf(prompts.subList(from, to))));
    }
    return chunks;
  }

  /**
   * The batch in one chunk a prompt, in the order in which the prompts first appear. Images that
   * hold a pixel that is no number are in none: they must not be compared with.
   */
  static List<Chunk> groups(ImageBatch images, List<RewardPrompt> prompts) {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int row = 0; row < images.rows(); row++) {
      if (images.isFinite(row)) {
        groups.computeIfAbsent(prompts.get(row).id(), id -> new ArrayList<>()).add(row);
      }
    }
    List<Chunk> chunks = new ArrayList<>();
    for (List<Integer> group : groups.values()) {
      int[] rows = group.stream().mapToInt(Integer::intValue).toArray();
      chunks.add(
          new Chunk(
              chunks.size(), rows, images.select(rows), group.stream().map(prompts::get).toList()));
    }
    return chunks;
  }

  int rows() {
    return of.length;
  }

  /** The batch's rows, for messages. */
  String range() {
    return "%d-%d".formatted(of[0], of[of.length - 1]);
  }
}
