package org.treegrpo.job.cluster;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PeriodicWordTest {

  @Test
  void aWordIsSaidAgainAndAgainWhileTheCallerWaits() throws InterruptedException {
    CountDownLatch said = new CountDownLatch(3);
    try (PeriodicWord word =
        new PeriodicWord(said::countDown, Duration.ZERO, Duration.ofMillis(1))) {
      said.await();
    }
  }
}
