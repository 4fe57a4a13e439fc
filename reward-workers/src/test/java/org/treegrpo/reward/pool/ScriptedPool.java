package org.treegrpo.reward.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;

/**
 * A pool of scripted rewards whose clock goes by hand; after each test every instance must be
 * closed.
 */
abstract class ScriptedPool {

  static final Duration LONG = Duration.ofHours(1);

  final Map<String, ScriptedReward.Script> scripts = new LinkedHashMap<>();
  final AtomicInteger open = new AtomicInteger();
  final CountDownLatch release = new CountDownLatch(1);
  final Semaphore hanging = new Semaphore(0);
  HandClock clock = new HandClock();

  @AfterEach
  void everyInstanceIsClosed() {
    release.countDown();
    await().atMost(LONG).untilAsserted(() -> assertThat(open).as("open instances").hasValue(0));
  }

  RewardPool pool(int workers, int chunkRows, Duration timeLimit) throws RewardException {
    List<RewardDefinition> definitions =
        scripts.keySet().stream().map(name -> definition(name, timeLimit)).toList();
    clock = new HandClock();
    RewardPoolSettings settings = new RewardPoolSettings(workers, chunkRows);
    return new RewardPool(definitions, settings, this::create, clock);
  }

  ScriptedReward create(RewardDefinition definition) throws RewardException {
    ScriptedReward.Script script = scripts.get(definition.name());
    if (script == null) {
      throw new RewardException("no model for " + definition.name());
    }
    return new ScriptedReward(definition.name(), script, open);
  }

  static RewardDefinition definition(String name, Duration timeLimit) {
    return new RewardDefinition(name, "scripted", 1, timeLimit, Map.of());
  }

  static ScoredBatch get(CompletableFuture<ScoredBatch> result) throws Exception {
    return result.get(LONG.toMinutes(), TimeUnit.MINUTES);
  }

  /** The first pixel of row i is i / 100. */
  static ImageBatch images(int rows) {
    ImageBatch images = new ImageBatch(rows, 2, 2, new float[rows * 12]);
    for (int row = 0; row < rows; row++) {
      images.pixels()[images.offset(row)] = row / 100f;
    }
    return images;
  }

  /** The prompt of row i has i + 1 letters. */
  static List<RewardPrompt> prompts(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(row -> new RewardPrompt("p" + row, "x".repeat(row + 1), List.of()))
        .toList();
  }

  static float[] firstPixels(ImageBatch images) {
    float[] scores = new float[images.rows()];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = images.pixels()[images.offset(row)];
    }
    return scores;
  }

  static float[] lengths(List<RewardPrompt> prompts) {
    float[] scores = new float[prompts.size()];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = prompts.get(row).text().length();
    }
    return scores;
  }

  static long failed(ScoredBatch batch, int reward) {
    return IntStream.range(0, batch.scores()[reward].length)
        .filter(row -> Float.isNaN(batch.scores()[reward][row]))
        .count();
  }

  static void meet(CyclicBarrier barrier) throws RewardException {
    try {
      barrier.await(LONG.toMinutes(), TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new RewardException("the other workers did not come", e);
    }
  }

  void hangUntilReleased() {
    hanging.release();
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // What native code does.
      }
    }
  }
}
