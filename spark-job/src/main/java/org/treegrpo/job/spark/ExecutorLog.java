package org.treegrpo.job.spark;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationStart;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log which executors join and which are lost, and counts those that are there. Spark
 * makes one, by {@code spark.extraListeners}, with the only context that a JVM can have.
 */
public final class ExecutorLog extends SparkListener {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorLog.class);
  private static final AtomicInteger PRESENT = new AtomicInteger();

  /** Executors that have registered and are not lost. */
  public static int present() {
    return PRESENT.get();
  }

  @Override
  public void onApplicationStart(SparkListenerApplicationStart start) {
    PRESENT.set(0);
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    LOG.info(
        "executor {} joined on {}, {} cores; executors: {}",
        added.executorId(),
        added.executorInfo().executorHost(),
        added.executorInfo().totalCores(),
        PRESENT.incrementAndGet());
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    LOG.info(
        "executor {} lost: {}; executors: {}",
        removed.executorId(),
        removed.reason().strip().replaceAll("\\s*\\R\\s*", " "),
        PRESENT.decrementAndGet());
  }
}
