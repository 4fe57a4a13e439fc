package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.NetworkException;

class TimeLimitTest {

  private static final Duration NO_TIME = Duration.ofNanos(1);
  private static final Duration TWICE = Duration.ofNanos(2);
  private static final Duration LONG = Duration.ofDays(1);

  private final AtomicInteger notices = new AtomicInteger();
  private final CountDownLatch noticed = new CountDownLatch(1);

  private void notice() {
    notices.incrementAndGet();
    noticed.countDown();
  }

  @Test
  void givesTheResultOfQuickWorkWithoutANotice() throws IOException {
    assertThat(new TimeLimit(LONG, LONG).run("work", () -> 3, this::notice))
        .as("the result")
        .isEqualTo(Optional.of(3));
    assertThat(notices).as("notices").hasValue(0);
  }

  @Test
  void tellsOnceWhatIsWaitedFor() throws IOException {
    assertThat(new TimeLimit(NO_TIME, LONG).run("work", this::untilNoticed, this::notice))
        .as("work that goes on until somebody was told")
        .isEqualTo(Optional.of(true));
    assertThat(notices).as("notices").hasValue(1);
  }

  @Test
  void givesUpWorkThatDoesNotEnd() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    assertThat(new TimeLimit(NO_TIME, TWICE).run("work", () -> await(end), this::notice))
        .as("no result")
        .isEmpty();
    assertThat(notices).as("notices").hasValue(1);
    assertThat(new TimeLimit(LONG, NO_TIME).run("work", () -> await(end), this::notice))
        .as("no result, and no notice, which would have come later")
        .isEmpty();
    assertThat(notices).as("notices").hasValue(1);
    end.countDown();
  }

  @Test
  void throwsWhatTheWorkThrows() {
    TimeLimit limit = new TimeLimit(LONG, LONG);
    IOException io = new IOException("unreadable");
    NetworkException network = new NetworkException("network.pt", "must load");
    assertThatThrownBy(() -> limit.run("work", () -> fail(io), this::notice))
        .as("checked")
        .isSameAs(io);
    assertThatThrownBy(
            () ->
                limit.run(
                    "work",
                    () -> {
                      throw network;
                    },
                    this::notice))
        .as("unchecked")
        .isSameAs(network);
  }

  private static boolean fail(IOException failure) throws IOException {
    throw failure;
  }

  private boolean untilNoticed() {
    return await(noticed);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.DAYS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
