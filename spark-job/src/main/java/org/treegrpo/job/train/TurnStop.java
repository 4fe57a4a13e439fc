package org.treegrpo.job.train;

import org.jspecify.annotations.Nullable;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.spark.StopSignals;

/**
 * A signal to end runs that take turns in this process, at a point from which all of them can go
 * on. Thread-safe.
 */
public final class TurnStop implements AutoCloseable {

  private final StopRequest request = new StopRequest(this::cancel);
  private final StopSignals signals = StopSignals.to(request::isTaken);
  private volatile @Nullable SparkCluster current;

  StopRequest request() {
    return request;
  }

  /** Whose jobs are given up from now on. */
  void use(SparkCluster jobs) {
    current = jobs;
  }

  private void cancel() {
    SparkCluster jobs = current;
    if (jobs != null) {
      jobs.cancelJobs();
    }
  }

  @Override
  public void close() {
    signals.close();
    request.close();
  }
}
