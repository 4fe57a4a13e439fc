package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class StopRequestTest {

  @Test
  void withoutARequestWorkReturnsWhatItMade() {
    try (StopRequest stop = new StopRequest(() -> {})) {
      assertThat(stop.<Integer>cancellable(() -> 7)).isEqualTo(7);
    }
  }

  @Test
  void workThatIsCancelledIsReportedAsStopped() {
    CountDownLatch cancelled = new CountDownLatch(1);
    try (StopRequest stop = new StopRequest(cancelled::countDown)) {
      assertThatThrownBy(
              () ->
                  stop.cancellable(
                      () -> {
                        stop.request("SIGTERM");
                        awaitUninterruptibly(cancelled);
                        throw new IllegalStateException("job cancelled");
                      }))
          .isInstanceOf(StoppedException.class)
          .hasMessage("stopped by SIGTERM")
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void workThatIsDoneInSpiteOfARequestCounts() {
    try (StopRequest stop = new StopRequest(() -> {})) {
      int made =
          stop.cancellable(
              () -> {
                stop.request("SIGTERM");
                return 7;
              });
      assertThat(made).as("the result of the work").isEqualTo(7);
      assertThatThrownBy(() -> stop.cancellable(() -> 8))
          .as("no further work begins")
          .isInstanceOf(StoppedException.class);
    }
  }

  @Test
  void aJobThatStartsAfterTheFirstCancellationIsCancelledToo() {
    Semaphore cancellations = new Semaphore(0);
    try (StopRequest stop = new StopRequest(cancellations::release)) {
      int seen =
          stop.cancellable(
              () -> {
                stop.request("SIGTERM");
                cancellations.acquireUninterruptibly(3);
                return 3;
              });
      assertThat(seen).as("cancelled again and again").isEqualTo(3);
    }
  }

  @Test
  void theSecondRequestIsNotTaken() {
    try (StopRequest stop = new StopRequest(() -> {})) {
      assertThat(stop.request("SIGINT")).as("first").isTrue();
      assertThat(stop.request("SIGINT")).as("second: the JVM's own way out").isFalse();
    }
  }

  @Test
  void failuresWithoutARequestAreLeftAlone() {
    try (StopRequest stop = new StopRequest(() -> {})) {
      assertThatThrownBy(
              () ->
                  stop.cancellable(
                      () -> {
                        throw new IllegalStateException("lost");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("lost");
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
