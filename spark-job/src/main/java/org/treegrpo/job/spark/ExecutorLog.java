package org.treegrpo.job.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Hosts of the executors that are there, by executor. */
  private static final Map<String, String> PRESENT = new ConcurrentHashMap<>();

  /** Executors that have registered and are not lost. */
  public static int present() {
    return PRESENT.size();
  }

  @Override
  public void onApplicationStart(SparkListenerApplicationStart start) {
    PRESENT.clear();
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    String host = added.executorInfo().executorHost();
    PRESENT.put(added.executorId(), host);
    LOG.info(
        "executor {} joined on {}, {} cores; executors: {}",
        added.executorId(),
        host,
        added.executorInfo().totalCores(),
        PRESENT.size());
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    String host = PRESENT.remove(removed.executorId());
    LOG.info(
        "executor {} lost on {}: {}; executors: {}",
        removed.executorId(),
        host == null ? "an unknown host" : host,
        removed.reason().strip().replaceAll("\\s*\\R\\s*", " "),
        PRESENT.size());
  }
}
