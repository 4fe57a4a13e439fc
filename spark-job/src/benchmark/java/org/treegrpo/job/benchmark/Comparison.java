package org.treegrpo.job.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * Two ways to do the same work, measured in turns: first one, then the other, then again, so that a
 * machine that changes its speed changes both.
 */
final class Comparison {

  /** One measurement of a way. */
  @FunctionalInterface
  interface Measurement {
    double seconds() throws Exception;
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final List<Double> numerators = new ArrayList<>();
  private final List<Double> denominators = new ArrayList<>();

  /** Measures both {@code repetitions} times; the ratio is {@code numerator / denominator}. */
  static Comparison inTurns(int repetitions, Measurement numerator, Measurement denominator)
      throws Exception {
    Comparison comparison = new Comparison();
    for (int i = 0; i < repetitions; i++) {
      comparison.numerators.add(numerator.seconds());
      comparison.denominators.add(denominator.seconds());
    }
    return comparison;
  }

  /** Of the pairs' ratios. */
  Spread ratio() {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < numerators.size(); i++) {
      ratios.add(numerators.get(i) / denominators.get(i));
    }
    return Spread.of(ratios);
  }

  /** The seconds of both, for the table. */
  String seconds() {
    return "%s s / %s s"
        .formatted(Spread.of(numerators).format("%.2f"), Spread.of(denominators).format("%.2f"));
  }

  Spread numerator() {
    return Spread.of(numerators);
  }

  Spread denominator() {
    return Spread.of(denominators);
  }

  /**
   * Seconds that the calling thread spends on the processor in one call: the wall time of work on
   * one thread, less what other programs take away.
   */
  static double time(Runnable work) {
    long start = THREADS.getCurrentThreadCpuTime();
    work.run();
    return (THREADS.getCurrentThreadCpuTime() - start) * 1e-9;
  }
}
