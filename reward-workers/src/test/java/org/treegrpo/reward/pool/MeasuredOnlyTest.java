package org.treegrpo.reward.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;

/** A reward with weight 0, which may fail in any way, beside one that is trained on. */
class MeasuredOnlyTest {

  private static final Duration LONG = Duration.ofHours(1);
  private static final int ROWS = 12;

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger attempts = new AtomicInteger();
  private final Semaphore hanging = new Semaphore(0);
  private final CountDownLatch release = new CountDownLatch(1);
  private final HandClock clock = new HandClock();

  @AfterEach
  void everyInstanceIsClosed() {
    release.countDown();
    await().atMost(LONG).untilAsserted(() -> assertThat(open).as("open instances").hasValue(0));
  }

  @Test
  void itIsLoadedWhenItIsFirstAsked() throws Exception {
    try (RewardPool pool = pool(() -> scoring(ROWS))) {
      assertThat(open).as("only the trained reward is loaded").hasValue(1);
      assertThat(pool.versions()).as("versions so far").containsOnlyKeys("trained");
      ScoredBatch batch = score(pool);
      assertThat(batch.failures()).as("failures").isEmpty();
      assertThat(batch.scores()[1]).as("its scores").containsOnly(0);
      assertThat(pool.versions()).as("versions").containsOnlyKeys("trained", "measured");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error"})
  void onlyItsRowsFailWhereItCannotBeMade(String kind) throws Exception {
    try (RewardPool pool =
        pool(
            () -> {
              attempts.incrementAndGet();
              if (kind.equals("error")) {
                throw new NoClassDefFoundError("Model");
              }
              throw new RewardException("no model");
            })) {
      ScoredBatch batch = score(pool);
      checkOnlyMeasuredFailed(batch);
      assertThat(batch.failures().get(0))
          .as("the cause")
          .contains(kind.equals("error") ? "java.lang.NoClassDefFoundError: Model" : "no model");
      assertThat(batch.failures().get(5)).as("of the last call").contains("left out");
      assertThat(attempts).as("attempts to make one").hasValue(RewardPool.MOST_MISSES);
      assertThat(pool.versions()).as("versions").containsOnlyKeys("trained");
    }
  }

  @Test
  void itsErrorsFailRowsAndNothingElse() throws Exception {
    try (RewardPool pool =
        pool(
            () ->
                scripted(
                    (images, prompts) -> {
                      throw new UnsatisfiedLinkError("no libmodel");
                    }))) {
      ScoredBatch batch = score(pool);
      checkOnlyMeasuredFailed(batch);
      assertThat(batch.failures().get(5))
          .as("asked each time, as it answered in time")
          .isEqualTo(
              "reward 'measured': rows 10-11 failed: java.lang.UnsatisfiedLinkError: no libmodel");
    }
  }

  @Test
  void aVersionThatItDoesNotTellIsNoReasonToStop() throws Exception {
    try (RewardPool pool = pool(() -> new Nameless(open))) {
      checkOnlyMeasuredFailed(score(pool));
    }
  }

  @Test
  void loadingThatHangsIsGivenUp() throws Exception {
    try (RewardPool pool =
        pool(
            () -> {
              attempts.incrementAndGet();
              hangUntilInterrupted();
              throw new RewardException("interrupted");
            })) {
      CompletableFuture<ScoredBatch> result = pool.submit(images(), prompts());
      passLimits();
      ScoredBatch batch = result.get(1, TimeUnit.HOURS);
      checkOnlyMeasuredFailed(batch);
      assertThat(batch.failures().get(0))
          .as("the cause")
          .isEqualTo("reward 'measured': rows 0-1 failed: not loaded within PT10M");
      assertThat(attempts).as("attempts").hasValue(RewardPool.MOST_MISSES);
    }
  }

  @Test
  void callsThatHangAreGivenUpAlsoWhereEachEndsWhenInterrupted() throws Exception {
    try (RewardPool pool =
        pool(
            () ->
                scripted(
                    (images, prompts) -> {
                      attempts.incrementAndGet();
                      hangUntilInterrupted();
                      throw new RewardException("interrupted");
                    }))) {
      CompletableFuture<ScoredBatch> result = pool.submit(images(), prompts());
      passLimits();
      checkOnlyMeasuredFailed(result.get(1, TimeUnit.HOURS));
      assertThat(attempts).as("calls that were risked").hasValue(RewardPool.MOST_MISSES);
    }
  }

  @Test
  void whatItCannotReadIsShownWithoutText() throws Exception {
    try (RewardPool pool = pool(() -> new ReadingReward(open))) {
      ImageBatch images = images();
      images.pixels()[images.offset(3)] = -1;
      String[][] read = pool.read(images).get(1, TimeUnit.HOURS);
      assertThat(read[2][1]).as("in the call that fails").isNull();
      assertThat(read[4][1]).as("in another").isEqualTo("0.04");
      assertThat(read[4][0]).as("the trained reward does not read").isNull();
    }
  }

  @Test
  void oneThatDoesNotReadIsShownWithoutText() throws Exception {
    try (RewardPool pool = pool(() -> scoring(2))) {
      assertThat(pool.read(images()).get(1, TimeUnit.HOURS)[0]).as("texts").containsOnlyNulls();
    }
  }

  /** On an executor, an exception that leaves a thread ends the process. */
  @Test
  void anExceptionOfItsEndStaysInside() throws Exception {
    CompletableFuture<Throwable> escaped = new CompletableFuture<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, problem) -> escaped.complete(problem));
    try {
      RewardPool pool = pool(() -> new Unclosable(open));
      score(pool);
      pool.close();
      assertThat(escaped).as("exceptions that left a thread").isNotDone();
      assertThat(open).as("the others are closed nevertheless").hasValue(0);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  /** What makes the measured reward. */
  @FunctionalInterface
  private interface Maker {
    Reward make() throws RewardException;
  }

  private RewardPool pool(Maker measured) throws RewardException {
    RewardFactory factory =
        definition ->
            definition.weight() == 0
                ? measured.make()
                : new ScriptedReward(
                    "trained", (images, prompts) -> new float[images.rows()], open);
    return new RewardPool(
        List.of(
            new RewardDefinition("trained", "scripted", 1, LONG, Map.of()),
            new RewardDefinition("measured", "scripted", 0, LONG, Map.of())),
        new RewardPoolSettings(1, 2),
        factory,
        clock);
  }

  private ScriptedReward scripted(ScriptedReward.Script script) {
    return new ScriptedReward("measured", script, open);
  }

  private ScriptedReward scoring(int most) {
    return scripted((images, prompts) -> new float[Math.min(most, images.rows())]);
  }

  private void hangUntilInterrupted() {
    hanging.release();
    try {
      release.await();
    } catch (InterruptedException e) {
      // The pool gives up.
    }
  }

  private void passLimits() throws InterruptedException {
    for (int attempt = 0; attempt < RewardPool.MOST_MISSES; attempt++) {
      hanging.acquire();
      clock.passNewestLimit();
    }
  }

  private static ScoredBatch score(RewardPool pool) throws Exception {
    return pool.submit(images(), prompts()).get(1, TimeUnit.HOURS);
  }

  private static void checkOnlyMeasuredFailed(ScoredBatch batch) {
    assertThat(batch.scores()[0]).as("the trained reward").containsOnly(0);
    assertThat(batch.scores()[1]).as("the measured one").containsOnly(Float.NaN);
    assertThat(batch.failures()).as("one cause a call").hasSize(ROWS / 2);
  }

  private static ImageBatch images() {
    ImageBatch images = new ImageBatch(ROWS, 1, 1, new float[ROWS * 3]);
    for (int row = 0; row < ROWS; row++) {
      images.pixels()[images.offset(row)] = row / 100f;
    }
    return images;
  }

  private static List<RewardPrompt> prompts() {
    return IntStream.range(0, ROWS).mapToObj(row -> new RewardPrompt("p", "p", List.of())).toList();
  }

  /** Fails when it is asked for its version. */
  private record Nameless(AtomicInteger open) implements Reward {

    Nameless {
      open.incrementAndGet();
    }

    @Override
    public String name() {
      return "measured";
    }

    @Override
    public String version() {
      throw new IllegalStateException("no version");
    }

    @Override
    public float[] score(ImageBatch images, List<RewardPrompt> prompts) {
      return new float[images.rows()];
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  /** Fails at its end. */
  private record Unclosable(AtomicInteger open) implements Reward {

    Unclosable {
      open.incrementAndGet();
    }

    @Override
    public String name() {
      return "measured";
    }

    @Override
    public String version() {
      return "";
    }

    @Override
    public float[] score(ImageBatch images, List<RewardPrompt> prompts) {
      return new float[images.rows()];
    }

    @Override
    public void close() {
      open.decrementAndGet();
      throw new IllegalStateException("cannot be closed");
    }
  }
}
