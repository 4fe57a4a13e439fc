package org.treegrpo.reward.pool;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A time limit: either it passes, or it is met before; what comes second is told. */
final class Deadline {

  private final AtomicBoolean decided = new AtomicBoolean();
  private final ScheduledFuture<?> alarm;

  /**
   * Starts the clock.
   *
   * @param passed runs on the clock's thread when the limit passes unmet
   */
  Deadline(ScheduledThreadPoolExecutor clock, long nanos, Runnable passed) {
    alarm =
        clock.schedule(
            () -> {
              if (decided.compareAndSet(false, true)) {
                passed.run();
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
  }

  /** True if it has not passed, and now never will. */
  boolean meet() {
    if (!decided.compareAndSet(false, true)) {
      return false;
    }
    alarm.cancel(false);
    return true;
  }
}
