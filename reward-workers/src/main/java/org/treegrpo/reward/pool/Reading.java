package org.treegrpo.reward.pool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.TextReader;

/**
 * A batch while it is read. Unlike a score, a reading may not fail: it is what people are shown. A
 * reward that is measured only may; its images are then shown without a text.
 */
final class Reading implements Batch {

  private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

  private final List<RewardDefinition> rewards;
  private final String[][] texts;
  private final AtomicInteger open;
  private final CompletableFuture<String[][]> result = new CompletableFuture<>();

  /**
   * @param rewards all of them
   * @param calls how many calls will come in
   */
  Reading(List<RewardDefinition> rewards, int rows, int calls) {
    this.rewards = rewards;
    texts = new String[rows][rewards.size()];
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
    if (!(reward instanceof TextReader reader)) {
      return nanos -> countDown();
    }
    List<String> read = reader.read(chunk.images());
    return nanos -> {
      if (read.size() != chunk.rows()) {
        String reason = "read %d texts in %d images".formatted(read.size(), chunk.rows());
        failed(column, chunk, reason, nanos);
        return;
      }
      for (int row = 0; row < chunk.rows(); row++) {
        texts[chunk.of()[row]][column] = read.get(row);
      }
      countDown();
    };
  }

  private void countDown() {
    if (open.decrementAndGet() == 0) {
      result.complete(texts);
    }
  }

  @Override
  public void failed(int column, Chunk chunk, String reason, long nanos) {
    String problem =
        "reward '%s': cannot read images: %s".formatted(rewards.get(column).name(), reason);
    if (rewards.get(column).weight() > 0) {
      abort(new RewardException(problem));
    } else {
      LOG.warn("{}", problem);
      countDown();
    }
  }

  @Override
  public void abort(Throwable cause) {
    result.completeExceptionally(cause);
  }
}
