package org.treegrpo.job.train;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request from outside to end a run early, at a point from which it can be resumed. Work that
 * leaves no trace when it is given up runs in {@link #cancellable}; everything else is finished.
 * Thread-safe.
 */
final class StopRequest implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StopRequest.class);
  private static final long CANCEL_AGAIN_MILLIS = 100;

  private final Runnable cancel;
  private String reason = "";
  private boolean cancelling;
  private boolean closed;

  /**
   * @param cancel ends the jobs that run at the moment; called again as long as the work goes on,
   *     because a job may start just after a call
   */
  StopRequest(Runnable cancel) {
    this.cancel = cancel;
  }

  /** Asks for the end by a signal, and says so where it is the first. */
  boolean isTaken(String signal) {
    boolean first = request(signal);
    if (first) {
      LOG.warn("{}: stopping with a checkpoint; the next signal ends this process at once", signal);
    }
    return first;
  }

  /**
   * Asks for the end.
   *
   * @param by who asks, such as {@code SIGTERM}
   * @return false if it was asked for before
   */
  synchronized boolean request(String by) {
    if (!reason.isEmpty()) {
      return false;
    }
    reason = by;
    Thread canceller = new Thread(this::cancelUntilClosed, "stop-request");
    canceller.setDaemon(true);
    canceller.start();
    return true;
  }

  /**
   * Runs work that may be given up half way; work that is done by the time counts.
   *
   * @throws StoppedException if the end was asked for before the work began or ended it
   */
  <T> T cancellable(Supplier<T> work) {
    begin();
    try {
      return work.get();
    } catch (Exception failure) { // also Spark's checked exceptions, which its Java API hides
      if (isRequested()) {
        throw new StoppedException(reason(), failure);
      }
      throw failure;
    } finally {
      end();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private synchronized void begin() {
    if (!reason.isEmpty()) {
      throw new StoppedException(reason);
    }
    cancelling = true;
  }

  private synchronized void end() {
    cancelling = false;
  }

  private synchronized boolean isRequested() {
    return !reason.isEmpty();
  }

  private synchronized String reason() {
    return reason;
  }

  private synchronized void cancelUntilClosed() {
    try {
      while (!closed) {
        if (cancelling) {
          cancel.run();
        }
        wait(CANCEL_AGAIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
