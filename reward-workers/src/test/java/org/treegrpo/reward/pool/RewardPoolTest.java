package org.treegrpo.reward.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;

class RewardPoolTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final Map<String, ScriptedReward.Script> scripts = new LinkedHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final CountDownLatch release = new CountDownLatch(1);
  private final Semaphore hanging = new Semaphore(0);
  private HandClock clock = new HandClock();

  @AfterEach
  void everyInstanceIsClosed() {
    release.countDown();
    await().atMost(LONG).untilAsserted(() -> assertThat(open).as("open instances").hasValue(0));
  }

  @Test
  void scoresTheSameForAnyNumberOfWorkers() throws Exception {
    scripts.put("first", (images, prompts) -> firstPixels(images));
    scripts.put("prompt", (images, prompts) -> lengths(prompts));
    List<ScoredBatch> batches = new ArrayList<>();
    for (int workers : new int[] {1, 3}) {
      try (RewardPool pool = pool(workers, 4, LONG)) {
        assertThat(pool.versions())
            .as("versions by name")
            .isEqualTo(Map.of("first", "scripted first", "prompt", "scripted prompt"));
        batches.add(get(pool.submit(images(11), prompts(11))));
      }
    }
    for (ScoredBatch batch : batches) {
      assertThat(batch.names()).as("rewards in order").containsExactly("first", "prompt");
      assertThat(batch.failures()).as("failures").isEmpty();
      for (int row = 0; row < 11; row++) {
        assertThat(batch.row(row)).as("row %d", row).containsExactly(row / 100f, row + 1f);
      }
    }
  }

  @Test
  void aSelectionScoresByItsRewardsOnly() throws Exception {
    scripts.put(
        "measured",
        (images, prompts) -> {
          throw new RewardException("not wanted");
        });
    scripts.put("trained", (images, prompts) -> lengths(prompts));
    try (RewardPool pool = pool(1, 4, LONG)) {
      RewardSelection trained = pool.select(List.of(definition("trained", LONG)));
      ScoredBatch batch = get(trained.submit(images(5), prompts(5)));
      assertThat(batch.names()).as("rewards").containsExactly("trained");
      assertThat(batch.failures()).as("of the other reward").isEmpty();
      assertThat(batch.row(4)).as("the last row").containsExactly(5f);
      assertThat(trained.versions()).as("versions").containsOnlyKeys("trained");
      assertThat(open).as("one instance a reward and worker").hasValue(2);
    }
  }

  @Test
  void readsOnTheInstancesThatScore() throws Exception {
    RewardFactory factory =
        definition ->
            definition.name().equals("reader")
                ? new ReadingReward(open)
                : new ScriptedReward(
                    definition.name(), (images, prompts) -> new float[images.rows()], open);
    try (RewardPool pool =
        new RewardPool(
            List.of(definition("blind", LONG), definition("reader", LONG)),
            new RewardPoolSettings(1, 2),
            factory,
            clock)) {
      assertThat(pool.read(images(3)).get(1, TimeUnit.HOURS))
          .as("[image][reward], cut into chunks of two")
          .isDeepEqualTo(new String[][] {{null, "0.0"}, {null, "0.01"}, {null, "0.02"}});
      assertThat(open).as("no further instance").hasValue(2);
      ImageBatch unreadable = new ImageBatch(1, 1, 1, new float[] {-1, 0, 0});
      assertThatThrownBy(() -> pool.read(unreadable).get(1, TimeUnit.HOURS))
          .as("a reading that fails is told")
          .hasCauseInstanceOf(RewardException.class)
          .hasMessageContaining("reward 'reader': cannot read images: no letters");
    }
  }

  @Test
  void cutsABatchIntoFixedChunks() throws Exception {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    scripts.put(
        "r",
        (images, prompts) -> {
          sizes.add(images.rows());
          return new float[images.rows()];
        });
    try (RewardPool pool = pool(1, 4, LONG)) {
      get(pool.submit(images(10), prompts(10)));
      get(pool.submit(images(3), prompts(3)));
      ScoredBatch empty = get(pool.submit(images(0), List.of()));
      assertThat(empty.scores()).as("scores of no images").isEqualTo(new float[1][0]);
    }
    assertThat(sizes).as("rows of each call").containsExactly(4, 4, 2, 3);
  }

  @Test
  void givesAWholeGroupToARewardThatScoresGroups() throws Exception {
    List<String> calls = Collections.synchronizedList(new ArrayList<>());
    RewardFactory factory =
        new RewardFactory() {
          @Override
          public Reward create(RewardDefinition definition) {
            return new ScriptedReward(
                definition.name(),
                (images, prompts) -> {
                  calls.add(
                      definition.name()
                          + prompts.stream().map(RewardPrompt::id).toList()
                          + images.pixels()[0]);
                  return firstPixels(images);
                },
                open);
          }

          @Override
          public boolean scoresGroups(RewardDefinition definition) {
            return definition.name().equals("group");
          }
        };
    ImageBatch images = images(5);
    images.pixels()[images.offset(3) + 5] = Float.POSITIVE_INFINITY;
    List<RewardPrompt> prompts =
        Stream.of("a", "b", "a", "a", "a").map(id -> new RewardPrompt(id, id, List.of())).toList();
    try (RewardPool pool =
        new RewardPool(
            List.of(definition("group", LONG), definition("single", LONG)),
            new RewardPoolSettings(1, 2),
            factory,
            clock)) {
      ScoredBatch batch = get(pool.submit(images, prompts));
      assertThat(List.of(batch.scores()))
          .as("each score at its row; the damaged image has none")
          .allSatisfy(
              scores -> assertThat(scores).containsExactly(0, 0.01f, 0.02f, Float.NaN, 0.04f));
      assertThat(calls)
          .as("one call a prompt, without the damaged image; others by chunks of two")
          .containsExactlyInAnyOrder(
              "group[a, a, a]0.0",
              "group[b]0.01",
              "single[a, b]0.0",
              "single[a, a]0.02",
              "single[a]0.04");
      images.pixels()[images.offset(1)] = Float.NaN;
      assertThat(get(pool.submit(images.slice(1, 2), prompts.subList(1, 2))).scores()[0])
          .as("a batch with no image to compare")
          .containsExactly(Float.NaN);
    }
  }

  @Test
  void sharesABatchBetweenWorkers() throws Exception {
    CyclicBarrier together = new CyclicBarrier(3);
    scripts.put(
        "r",
        (images, prompts) -> {
          meet(together);
          return new float[images.rows()];
        });
    try (RewardPool pool = pool(3, 2, LONG)) {
      ScoredBatch batch = get(pool.submit(images(6), prompts(6)));
      assertThat(batch.failures()).as("three calls ran at once").isEmpty();
      assertThat(batch.modelSeconds()).as("time inside rewards").isPositive();
    }
  }

  @Test
  void failsTheRowsOfARewardThatThrows() throws Exception {
    scripts.put("good", (images, prompts) -> firstPixels(images));
    scripts.put(
        "checked",
        (images, prompts) -> {
          if (images.pixels()[0] < 0.02f) {
            throw new RewardException("no answer from the model");
          }
          return firstPixels(images);
        });
    scripts.put(
        "unchecked",
        (images, prompts) -> {
          throw new IllegalStateException("broken");
        });
    scripts.put(
        "undeclared",
        (images, prompts) -> RewardPoolTest.<RuntimeException>sneak(new IOException("gone")));
    try (RewardPool pool = pool(2, 2, LONG)) {
      ScoredBatch batch = get(pool.submit(images(4), prompts(4)));
      assertThat(batch.scores()[0]).as("good").containsExactly(0f, 0.01f, 0.02f, 0.03f);
      assertThat(batch.scores()[1])
          .as("checked: rows 0 and 1 failed, never scored 0")
          .containsExactly(Float.NaN, Float.NaN, 0.02f, 0.03f);
      assertThat(failed(batch, 2)).as("unchecked: all rows failed").isEqualTo(4);
      assertThat(batch.failures())
          .as("reasons, by reward, then row")
          .containsExactly(
              "reward 'checked': rows 0-1 failed: no answer from the model",
              "reward 'unchecked': rows 0-1 failed: java.lang.IllegalStateException: broken",
              "reward 'unchecked': rows 2-3 failed: java.lang.IllegalStateException: broken",
              "reward 'undeclared': rows 0-1 failed: java.io.IOException: gone",
              "reward 'undeclared': rows 2-3 failed: java.io.IOException: gone");
    }
  }

  @Test
  void failsRowsWithoutAFiniteScore() throws Exception {
    scripts.put("short", (images, prompts) -> new float[images.rows() - 1]);
    scripts.put("nothing", (images, prompts) -> null);
    scripts.put("holes", (images, prompts) -> new float[] {1f, Float.NaN, Float.POSITIVE_INFINITY});
    try (RewardPool pool = pool(1, 8, LONG)) {
      ScoredBatch batch = get(pool.submit(images(3), prompts(3)));
      assertThat(failed(batch, 0)).as("rows of a short answer").isEqualTo(3);
      assertThat(failed(batch, 1)).as("rows of no answer").isEqualTo(3);
      assertThat(batch.scores()[2])
          .as("NaN and infinity")
          .containsExactly(1f, Float.NaN, Float.NaN);
      assertThat(batch.failures())
          .as("reasons")
          .containsExactly(
              "reward 'short': rows 0-2 failed: returned 2 scores for 3 images",
              "reward 'nothing': rows 0-2 failed: returned null instead of scores",
              "reward 'holes': no score for 2 of rows 0-2, first row 1 (NaN)");
    }
  }

  @Test
  void failsImagesThatHoldNaN() throws Exception {
    scripts.put("constant", (images, prompts) -> new float[] {1f, 1f});
    ImageBatch images = images(2);
    images.pixels()[images.offset(1) + 5] = Float.NaN;
    try (RewardPool pool = pool(1, 8, LONG)) {
      ScoredBatch batch = get(pool.submit(images, prompts(2)));
      assertThat(batch.scores()[0]).as("scores").containsExactly(1f, Float.NaN);
      assertThat(batch.failures())
          .as("reason")
          .containsExactly("images: row 1 holds a pixel that is NaN or infinite");
    }
  }

  @Test
  void givesUpARewardThatHangs() throws Exception {
    AtomicBoolean hang = new AtomicBoolean(true);
    scripts.put("good", (images, prompts) -> firstPixels(images));
    scripts.put(
        "hanging",
        (images, prompts) -> {
          if (hang.getAndSet(false)) {
            hangUntilReleased();
          }
          return firstPixels(images);
        });
    try (RewardPool pool = pool(1, 2, LONG)) {
      CompletableFuture<ScoredBatch> result = pool.submit(images(4), prompts(4));
      hanging.acquire();
      clock.passNewestLimit();
      ScoredBatch batch = get(result);
      assertThat(batch.scores()[0]).as("good").containsExactly(0f, 0.01f, 0.02f, 0.03f);
      assertThat(batch.scores()[1])
          .as("the first call hung, the only thread was replaced, the second went well")
          .containsExactly(Float.NaN, Float.NaN, 0.02f, 0.03f);
      assertThat(batch.failures())
          .as("reason")
          .containsExactly(
              "reward 'hanging': rows 0-1 failed: no answer within its time limit of PT1H");
      assertThat(open).as("the hanging instance is still open, one was made anew").hasValue(3);
      release.countDown();
      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(open).as("closed once its call returned").hasValue(2));
    }
  }

  @Test
  void stopsRiskingThreadsOnARewardThatAlwaysHangs() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    scripts.put(
        "hanging",
        (images, prompts) -> {
          calls.incrementAndGet();
          hangUntilReleased();
          return firstPixels(images);
        });
    try (RewardPool pool = pool(1, 1, LONG)) {
      CompletableFuture<ScoredBatch> result = pool.submit(images(10), prompts(10));
      for (int call = 0; call < RewardPool.MAX_HANGING; call++) {
        hanging.acquire();
        clock.passNewestLimit();
      }
      ScoredBatch batch = get(result);
      assertThat(failed(batch, 0)).as("failed rows").isEqualTo(10);
      assertThat(calls).as("calls made").hasValue(RewardPool.MAX_HANGING);
      assertThat(batch.failures().get(9))
          .as("reason of the last row")
          .isEqualTo("reward 'hanging': rows 9-9 failed: 4 earlier calls still hang");
    }
  }

  @Test
  void reportsAnErrorOfTheJvm() throws Exception {
    scripts.put(
        "native",
        (images, prompts) -> {
          throw new UnsatisfiedLinkError("no libmodel");
        });
    try (RewardPool pool = pool(1, 2, LONG)) {
      CompletableFuture<ScoredBatch> result = pool.submit(images(4), prompts(4));
      assertThatThrownBy(() -> get(result))
          .as("a missing library is no failed row")
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(RewardException.class)
          .hasRootCauseInstanceOf(UnsatisfiedLinkError.class)
          .hasMessageContaining("reward 'native': java.lang.UnsatisfiedLinkError: no libmodel");
    }
  }

  @Test
  void cancelsWhatIsQueuedWhenClosed() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    scripts.put(
        "r",
        (images, prompts) -> {
          running.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new RewardException("interrupted", e);
          }
          return firstPixels(images);
        });
    RewardPool pool = pool(1, 2, LONG);
    CompletableFuture<ScoredBatch> first = pool.submit(images(2), prompts(2));
    CompletableFuture<ScoredBatch> second = pool.submit(images(2), prompts(2));
    running.await();
    pool.close();
    assertThat(failed(get(first), 0)).as("the running call was interrupted").isEqualTo(2);
    assertThatThrownBy(() -> get(second))
        .as("a batch that had not begun")
        .isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> pool.submit(images(1), prompts(1)))
        .as("submitting to a closed pool")
        .isInstanceOf(IllegalStateException.class);
    pool.close();
  }

  @Test
  void closesEverythingWhenAnInstanceCannotBeMade() {
    scripts.put("good", (images, prompts) -> firstPixels(images));
    List<RewardDefinition> definitions = List.of(definition("good", LONG), definition("bad", LONG));
    assertThatThrownBy(
            () -> new RewardPool(definitions, new RewardPoolSettings(2, 1), this::create, clock))
        .as("opening with a reward that does not load")
        .isInstanceOf(RewardException.class)
        .hasMessage("no model for bad");
    assertThat(open).as("open instances").hasValue(0);
  }

  @Test
  void refusesAWrongNumberOfPrompts() throws Exception {
    scripts.put("good", (images, prompts) -> firstPixels(images));
    try (RewardPool pool = pool(1, 2, LONG)) {
      assertThatThrownBy(() -> pool.submit(images(2), prompts(1)))
          .as("two images, one prompt")
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("prompts: 2 images need as many prompts, got 1");
    }
  }

  private RewardPool pool(int workers, int chunkRows, Duration timeLimit) throws RewardException {
    List<RewardDefinition> definitions =
        scripts.keySet().stream().map(name -> definition(name, timeLimit)).toList();
    clock = new HandClock();
    RewardPoolSettings settings = new RewardPoolSettings(workers, chunkRows);
    return new RewardPool(definitions, settings, this::create, clock);
  }

  private ScriptedReward create(RewardDefinition definition) throws RewardException {
    ScriptedReward.Script script = scripts.get(definition.name());
    if (script == null) {
      throw new RewardException("no model for " + definition.name());
    }
    return new ScriptedReward(definition.name(), script, open);
  }

  private static RewardDefinition definition(String name, Duration timeLimit) {
    return new RewardDefinition(name, "scripted", 1, timeLimit, Map.of());
  }

  private static ScoredBatch get(CompletableFuture<ScoredBatch> result) throws Exception {
    return result.get(LONG.toMinutes(), TimeUnit.MINUTES);
  }

  /** The first pixel of row i is i / 100. */
  private static ImageBatch images(int rows) {
    ImageBatch images = new ImageBatch(rows, 2, 2, new float[rows * 12]);
    for (int row = 0; row < rows; row++) {
      images.pixels()[images.offset(row)] = row / 100f;
    }
    return images;
  }

  /** The prompt of row i has i + 1 letters. */
  private static List<RewardPrompt> prompts(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(row -> new RewardPrompt("p" + row, "x".repeat(row + 1), List.of()))
        .toList();
  }

  private static float[] firstPixels(ImageBatch images) {
    float[] scores = new float[images.rows()];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = images.pixels()[images.offset(row)];
    }
    return scores;
  }

  private static float[] lengths(List<RewardPrompt> prompts) {
    float[] scores = new float[prompts.size()];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = prompts.get(row).text().length();
    }
    return scores;
  }

  /** Throws a checked exception undeclared, as code in other JVM languages does. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the cast is never executed
  private static <E extends Exception> float[] sneak(Exception exception) throws E {
    throw (E) exception;
  }

  private static long failed(ScoredBatch batch, int reward) {
    return IntStream.range(0, batch.scores()[reward].length)
        .filter(row -> Float.isNaN(batch.scores()[reward][row]))
        .count();
  }

  private static void meet(CyclicBarrier barrier) throws RewardException {
    try {
      barrier.await(LONG.toMinutes(), TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new RewardException("the other workers did not come", e);
    }
  }

  private void hangUntilReleased() {
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
