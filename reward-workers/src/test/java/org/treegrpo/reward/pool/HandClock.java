package org.treegrpo.reward.pool;

import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock that a test moves: a time limit passes when the test says so, and only then. */
final class HandClock extends ScheduledThreadPoolExecutor {

  private final LinkedBlockingDeque<Runnable> limits = new LinkedBlockingDeque<>();

  HandClock() {
    super(1);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    FutureTask<Void> once = new FutureTask<>(task, null);
    limits.add(once);
    return super.schedule(once, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  /** Lets the time limit of the call that was started last pass. */
  void passNewestLimit() {
    limits.removeLast().run();
  }
}
