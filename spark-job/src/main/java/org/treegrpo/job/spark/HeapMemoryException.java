package org.treegrpo.job.spark;

import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.UserError;

/** The Java heap of a process is full; the message says whose it is, and what to change. */
public final class HeapMemoryException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;
  private static final int DEEPEST = 10;
  private static final Logger LOG = LoggerFactory.getLogger(HeapMemoryException.class);

  /** Without the error as a cause: Spark ends the process of a task that has one anywhere. */
  private HeapMemoryException(String message) {
    super(message);
  }

  /**
   * Tells that this process, an executor or the driver, lacks heap, if a failure or what it carries
   * says so.
   */
  public static void throwIfFull(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      if (cause instanceof OutOfMemoryError full && isOfHeap(full)) {
        LOG.debug("where the heap was full", failure);
        throw ofThisProcess();
      }
      cause = cause.getCause();
    }
  }

  private static boolean isOfHeap(OutOfMemoryError full) {
    String reason = String.valueOf(full.getMessage());
    return reason.startsWith("Java heap space") || reason.startsWith("GC overhead");
  }

  private static HeapMemoryException ofThisProcess() {
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    SparkEnv spark = SparkEnv.get();
    if (spark == null || "driver".equals(spark.executorId())) {
      String master = spark == null ? "" : spark.conf().get("spark.master", "");
      boolean local = master.equals("local") || master.startsWith("local[");
      return new HeapMemoryException(
          "driver: its Java heap of %d MiB is full; raise spark.driver.memory (--spark --driver-memory)%s; plan prints what a run asks for"
              .formatted(heap, local ? ", or give it fewer task slots (local[N])" : ""));
    }
    return new HeapMemoryException(
        "executor %s on %s: its Java heap of %d MiB is full; raise spark.executor.memory, or give it fewer task slots (spark.executor.cores); plan prints what a run asks for"
            .formatted(spark.executorId(), spark.blockManager().blockManagerId().host(), heap));
  }
}
