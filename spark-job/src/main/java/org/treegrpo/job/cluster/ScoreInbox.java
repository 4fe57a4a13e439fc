package org.treegrpo.job.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.treegrpo.job.round.EdgeBatchCodec;
import org.treegrpo.job.round.ScoredShare;
import org.treegrpo.job.spark.RewardStreamPlugin;
import org.treegrpo.job.spark.ShareMessage;
import org.treegrpo.reward.arrow.RewardBatchCodec;

/**
 * The driver's end of the reward stream for one round: decodes the shares one by one while others
 * still grow. Which attempt counts is decided by the task results, the commit.
 */
final class ScoreInbox implements AutoCloseable {

  private static final long DECODE_MINUTES = 10;

  private final String runId;
  private final int round;
  private final ExecutorService decoder = Executors.newSingleThreadExecutor();
  private final Map<Key, ScoredShare> scored = new HashMap<>();
  private final List<Exception> failures = new ArrayList<>();

  ScoreInbox(String runId, int round) {
    this.runId = runId;
    this.round = round;
    RewardStreamPlugin.receive(runId, message -> decoder.execute(() -> decode(message)));
  }

  /**
   * The committed shares, in share order.
   *
   * @param attempts the attempt that counts, by share
   */
  List<ScoredShare> commit(int[] attempts) {
    drain();
    List<ScoredShare> shares = new ArrayList<>();
    for (int share = 0; share < attempts.length; share++) {
      ScoredShare found = scored.get(new Key(share, attempts[share]));
      if (found == null) {
        IllegalStateException missing =
            new IllegalStateException(
                "round %d: the scores of share %d, attempt %d, did not arrive"
                    .formatted(round, share, attempts[share]));
        failures.forEach(missing::addSuppressed);
        throw missing;
      }
      shares.add(found);
    }
    return shares;
  }

  @Override
  public void close() {
    RewardStreamPlugin.stop(runId);
    decoder.shutdownNow();
  }

  private void drain() {
    RewardStreamPlugin.stop(runId);
    decoder.shutdown();
    try {
      if (!decoder.awaitTermination(DECODE_MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException(
            "decoding the scores takes more than %d minutes".formatted(DECODE_MINUTES));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for scores", e);
    }
  }

  private void decode(ShareMessage message) {
    if (message.round() != round) {
      return;
    }
    try {
      ScoredShare share =
          new ScoredShare(
              RewardBatchCodec.decode(message.rewards()), EdgeBatchCodec.decode(message.edges()));
      scored.put(new Key(message.share(), message.attempt()), share);
    } catch (IOException | RuntimeException e) { // also what a damaged batch makes Arrow throw
      failures.add(e);
    }
  }

  private record Key(int share, int attempt) {}
}
