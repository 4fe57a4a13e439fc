package org.treegrpo.job.spark;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Figures of the run of this process as Spark metrics of the driver, for whatever sink Spark's
 * configuration names: Prometheus, JMX, Graphite, a file. Spark calls them {@code
 * <namespace>.driver.plugin.org.treegrpo.job.spark.RewardStreamPlugin.<name>}.
 */
public final class RunGauges {

  private static final Map<String, Double> VALUES = new ConcurrentHashMap<>();
  private static volatile MetricRegistry registry = new MetricRegistry();

  private RunGauges() {}

  /** The registry that Spark reads. It looks once for a first metric, and takes others later. */
  static void register(MetricRegistry ofSpark) {
    VALUES.clear();
    registry = ofSpark;
    set("round", 0);
  }

  /** Shows a value in the place of the one before. */
  public static void set(String name, double value) {
    VALUES.put(name, value);
    registry.gauge(name, () -> (Gauge<Double>) () -> VALUES.getOrDefault(name, Double.NaN));
  }

  /** Adds to a value that only grows. */
  public static void add(String name, double amount) {
    VALUES.merge(name, amount, Double::sum);
    set(name, VALUES.getOrDefault(name, 0.0));
  }
}
