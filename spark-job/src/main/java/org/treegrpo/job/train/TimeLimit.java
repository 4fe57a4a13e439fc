package org.treegrpo.job.train;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for work that may never end and that nothing can interrupt, such as a user's network in
 * native code.
 *
 * @param notice after which somebody is told what is waited for, if the limit is later
 * @param limit after which it is not waited for any longer
 */
record TimeLimit(Duration notice, Duration limit) {

  /** What is waited for; it opens and closes by itself what it uses. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * The result of the work, or what it threw.
   *
   * @param waiting called once where the work takes longer than the notice
   * @return empty if the work takes longer than the limit; it then still runs
   */
  <T> Optional<T> run(String name, Work<T> work, Runnable waiting) throws IOException {
    FutureTask<T> task = new FutureTask<>(work::run);
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    try {
      boolean noticeComesFirst = notice.compareTo(limit) < 0;
      Optional<T> early = within(noticeComesFirst ? notice : limit, task);
      if (early.isPresent() || !noticeComesFirst) {
        return early;
      }
      waiting.run();
      return within(limit.minus(notice), task);
    } catch (ExecutionException e) {
      throw rethrown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name + " was interrupted");
    }
  }

  private static <T> Optional<T> within(Duration time, FutureTask<T> task)
      throws ExecutionException, InterruptedException {
    try {
      return Optional.of(task.get(time.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  /** The work's own exception, which is to be told as if it had run here. */
  private static IOException rethrown(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException io ? io : new IOException(e);
  }
}
