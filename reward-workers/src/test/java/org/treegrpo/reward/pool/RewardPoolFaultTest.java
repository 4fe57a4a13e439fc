package org.treegrpo.reward.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.ScoredBatch;

/** Rewards that throw, hang, return no number or cannot be made. */
class RewardPoolFaultTest extends ScriptedPool {

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
        (images, prompts) -> RewardPoolFaultTest.<RuntimeException>sneak(new IOException("gone")));
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

  /** Throws a checked exception undeclared, as code in other JVM languages does. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the cast is never executed
  private static <E extends Exception> float[] sneak(Exception exception) throws E {
    throw (E) exception;
  }
}
