package org.treegrpo.job.cluster;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Says something while another thread waits, again and again until it is closed. */
final class PeriodicWord implements AutoCloseable {

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "treegrpo-waiting");
            thread.setDaemon(true);
            return thread;
          });

  private final Future<?> word;

  PeriodicWord(Runnable word, Duration first, Duration next) {
    this.word =
        timer.scheduleAtFixedRate(word, first.toMillis(), next.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    word.cancel(true);
    timer.shutdownNow();
  }
}
