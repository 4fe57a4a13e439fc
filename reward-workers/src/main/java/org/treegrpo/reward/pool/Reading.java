package org.treegrpo.reward.pool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.TextReader;

/**
 * A batch while it is read. Unlike a score, a reading may not fail: it is what people are shown.
 */
final class Reading implements Batch {

  private final List<String> names;
  private final String[][] texts;
  private final AtomicInteger open;
  private final CompletableFuture<String[][]> result = new CompletableFuture<>();

  /**
   * @param names of all rewards
   * @param calls how many calls will come in
   */
  Reading(List<String> names, int rows, int calls) {
    this.names = names;
    texts = new String[rows][names.size()];
    open = new AtomicInteger(calls);
    if (calls == 0) {
      result.complete(texts);
    }
  }

  CompletableFuture<String[][]> result() {
    return result;
  }

  @Override
  public LongConsumer ask(Reward reward, int column, Chunk chunk) throws RewardException {
    List<String> read = ((TextReader) reward).read(chunk.images());
    return nanos -> {
      if (read.size() != chunk.rows()) {
        String reason = "read %d texts in %d images".formatted(read.size(), chunk.rows());
        failed(column, chunk, reason, nanos);
        return;
      }
      for (int row = 0; row < chunk.rows(); row++) {
        texts[chunk.of()[row]][column] = read.get(row);
      }
      if (open.decrementAndGet() == 0) {
        result.complete(texts);
      }
    };
  }

  @Override
  public void failed(int column, Chunk chunk, String reason, long nanos) {
    abort(
        new RewardException(
            "reward '%s': cannot read images: %s".formatted(names.get(column), reason)));
  }

  @Override
  public void abort(Throwable cause) {
    result.completeExceptionally(cause);
  }
}
