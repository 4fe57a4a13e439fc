package org.treegrpo.reward.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.ScoredBatch;

/**
 * One submitted batch while its calls come in. Each call writes rows and a message of its own, then
 * counts down; the last one completes the future.
 */
final class Submission implements Batch {

  private static final double NANOS_PER_SECOND = 1e9;

  private final List<String> names;
  private final ImageBatch images;
  private final float[][] scores;
  private final String[][] failures;
  private final AtomicInteger open;
  private final LongAdder modelNanos = new LongAdder();
  private final CompletableFuture<ScoredBatch> result = new CompletableFuture<>();

  /**
   * @param calls how many calls of each reward will come in
   */
  Submission(List<String> names, ImageBatch images, int[] calls) {
    this.names = names;
    this.images = images;
    scores = new float[names.size()][images.rows()];
    for (float[] rewardScores : scores) {
      Arrays.fill(rewardScores, Float.NaN);
    }
    failures = Arrays.stream(calls).mapToObj(String[]::new).toArray(String[][]::new);
    open = new AtomicInteger(Arrays.stream(calls).sum());
    if (open.get() == 0) {
      complete();
    }
  }

  CompletableFuture<ScoredBatch> result() {
    return result;
  }

  @Override
  public LongConsumer ask(Reward reward, int column, Chunk chunk) throws RewardException {
    float[] chunkScores = reward.score(chunk.images(), chunk.prompts());
    return nanos -> scored(column, chunk, chunkScores, nanos);
  }

  /** Takes the scores of a call, after checking them; null or too few or many fail its rows. */
  private void scored(int reward, Chunk chunk, float @Nullable [] chunkScores, long nanos) {
    if (chunkScores == null) {
      failed(reward, chunk, "returned null instead of scores", nanos);
      return;
    }
    if (chunkScores.length != chunk.rows()) {
      failed(
          reward,
          chunk,
          "returned %d scores for %d images".formatted(chunkScores.length, chunk.rows()),
          nanos);
      return;
    }
    int missing = 0;
    int firstMissing = 0;
    for (int row = chunk.rows() - 1; row >= 0; row--) {
      if (Float.isFinite(chunkScores[row])) {
        scores[reward][chunk.of()[row]] = chunkScores[row];
      } else {
        missing++;
        firstMissing = row;
      }
    }
    if (missing > 0) {
      failures[reward][chunk.index()] =
          "reward '%s': no score for %d of rows %s, first row %d (%s)"
              .formatted(
                  names.get(reward),
                  missing,
                  chunk.range(),
                  chunk.of()[firstMissing],
                  chunkScores[firstMissing]);
    }
    countDown(nanos);
  }

  /** Leaves the rows of a call failed. */
  @Override
  public void failed(int reward, Chunk chunk, String reason, long nanos) {
    failures[reward][chunk.index()] =
        "reward '%s': rows %s failed: %s".formatted(names.get(reward), chunk.range(), reason);
    countDown(nanos);
  }

  @Override
  public void abort(Throwable cause) {
    result.completeExceptionally(cause);
  }

  private void countDown(long nanos) {
    modelNanos.add(nanos);
    if (open.decrementAndGet() == 0) {
      complete();
    }
  }

  private void complete() {
    List<String> messages = new ArrayList<>();
    failDamagedImages(messages);
    for (String[] ofReward : failures) {
      for (String message : ofReward) {
        if (message != null) {
          messages.add(message);
        }
      }
    }
    result.complete(new ScoredBatch(names, scores, messages, modelNanos.sum() / NANOS_PER_SECOND));
  }

  /**
   * A diverged policy draws NaN; a reward might score such an image well, as small, or as black.
   */
  private void failDamagedImages(List<String> messages) {
    for (int row = 0; row < images.rows(); row++) {
      if (!images.isFinite(row)) {
        for (float[] rewardScores : scores) {
          rewardScores[row] = Float.NaN;
        }
        messages.add("images: row %d holds a pixel that is NaN or infinite".formatted(row));
      }
    }
  }
}
