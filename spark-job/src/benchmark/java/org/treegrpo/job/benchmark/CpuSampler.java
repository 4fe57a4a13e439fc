package org.treegrpo.job.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Where this process spends processor time. Every few milliseconds, the processor time that each
 * thread has used since the last look is booked on what its stack says it is doing now, native code
 * included. Unlike wall time it does not count a thread that waits for a processor.
 */
final class CpuSampler implements AutoCloseable {

  private static final int INTERVAL_MILLIS = 20;

  private final com.sun.management.ThreadMXBean threads =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Map<Long, Long> lastNanos = new HashMap<>();
  private final EnumMap<Activity, Double> seconds = new EnumMap<>(Activity.class);
  private final Thread thread = new Thread(this::loop, "cpu-sampler");
  private long ownNanos;
  private volatile boolean closed;

  /**
   * Processor seconds since the sampler was made.
   *
   * @param byActivity of Java threads
   * @param virtualMachine compiler and garbage collector
   * @param wall time on the clock
   */
  record Usage(Map<Activity, Double> byActivity, double virtualMachine, double wall) {

    Usage minus(Usage earlier) {
      EnumMap<Activity, Double> difference = new EnumMap<>(Activity.class);
      byActivity.forEach(
          (activity, spent) ->
              difference.put(activity, spent - earlier.byActivity.getOrDefault(activity, 0.0)));
      return new Usage(difference, virtualMachine - earlier.virtualMachine, wall - earlier.wall);
    }

    double total() {
      return virtualMachine + byActivity.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    double model() {
      return byActivity.entrySet().stream()
          .filter(entry -> entry.getKey().isModel())
          .mapToDouble(Map.Entry::getValue)
          .sum();
    }
  }

  CpuSampler() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Looks once more and returns what was spent so far. */
  synchronized Usage usage() {
    sample();
    double java = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    double all = system.getProcessCpuTime() * 1e-9;
    return new Usage(
        new EnumMap<>(seconds), all - java - ownNanos * 1e-9, System.nanoTime() * 1e-9);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void loop() {
    while (!closed) {
      sample();
      try {
        Thread.sleep(INTERVAL_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void sample() {
    long before = threads.getCurrentThreadCpuTime();
    long[] ids = threads.getAllThreadIds();
    long[] nanos = threads.getThreadCpuTime(ids);
    Map<Long, Long> spent = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      long last = lastNanos.getOrDefault(ids[i], 0L);
      if (nanos[i] > last && ids[i] != thread.getId()) {
        spent.put(ids[i], nanos[i] - last);
        lastNanos.put(ids[i], nanos[i]);
      }
    }
    long[] busy = spent.keySet().stream().mapToLong(Long::longValue).toArray();
    for (ThreadInfo info : threads.getThreadInfo(busy, Integer.MAX_VALUE)) {
      if (info != null) {
        seconds.merge(
            Activity.of(info.getStackTrace()), spent.get(info.getThreadId()) * 1e-9, Double::sum);
      }
    }
    if (Thread.currentThread() == thread) {
      ownNanos += threads.getCurrentThreadCpuTime() - before;
    }
  }
}
