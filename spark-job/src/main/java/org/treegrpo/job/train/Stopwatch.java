package org.treegrpo.job.train;

/** Wall time of consecutive phases. */
final class Stopwatch {

  private final long start = System.nanoTime();
  private long last = start;

  /** Seconds since the previous lap. */
  double lap() {
    long now = System.nanoTime();
    double seconds = (now - last) * 1e-9;
    last = now;
    return seconds;
  }

  /** Seconds since the start. */
  double total() {
    return (System.nanoTime() - start) * 1e-9;
  }
}
