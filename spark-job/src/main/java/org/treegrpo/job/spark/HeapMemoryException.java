package org.treegrpo.job.spark;

import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.UserError;

/** The Java heap of a process is full; the message says whose it is, and what to change. */
public final class HeapMemoryException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(HeapMemoryException.class);

  /** Without the error as a cause: Spark ends the process of a task that has one anywhere. */
  private HeapMemoryException(String message) {
    super(message);
  }

  /**
   * What this process lacks: an executor, or the driver.
   *
   * @throws OutOfMemoryError the given one, if it is not the heap that is full
   */
  public static HeapMemoryException of(OutOfMemoryError full) {
    String reason = String.valueOf(full.getMessage());
    if (!reason.startsWith("Java heap space") && !reason.startsWith("GC overhead")) {
      throw full;
    }
    LOG.debug("where the heap was full", full);
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    SparkEnv spark = SparkEnv.get();
    if (spark == null || "driver".equals(spark.executorId())) {
      boolean local = spark != null && spark.conf().get("spark.master", "").startsWith("local");
      return new HeapMemoryException(
          "driver: its Java heap of %d MiB is full; raise spark.driver.memory (--spark --driver-memory)%s; plan prints what a run asks for"
              .formatted(heap, local ? ", or give it fewer task slots (local[N])" : ""));
    }
    return new HeapMemoryException(
        "executor %s on %s: its Java heap of %d MiB is full; raise spark.executor.memory, or give it fewer task slots (spark.executor.cores); plan prints what a run asks for"
            .formatted(spark.executorId(), spark.blockManager().blockManagerId().host(), heap));
  }
}
