package org.treegrpo.reward.pool;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardPrompt;

/**
 * Consecutive rows of a submitted batch.
 *
 * @param index 0, 1, ... within the batch
 * @param from the batch's row that is row 0 here
 * @param images the rows' images
 * @param prompts the rows' prompts
 */
record Chunk(int index, int from, ImageBatch images, List<RewardPrompt> prompts) {

  /** The batch in chunks of {@code size} rows; the last may be shorter. */
  static List<Chunk> split(ImageBatch images, List<RewardPrompt> prompts, int size) {
    if (images.rows() <= size) {
      return images.rows() == 0
          ? List.of()
          : List.of(new Chunk(0, 0, images, List.copyOf(prompts)));
    }
    List<Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < images.rows(); from += size) {
      int to = Math.min(images.rows(), from + size);
      List<RewardPrompt> rows = List.copyOf(prompts.subList(from, to));
      chunks.add(new Chunk(chunks.size(), from, images.slice(from, to), rows));
    }
    return chunks;
  }

  int rows() {
    return images.rows();
  }
}
