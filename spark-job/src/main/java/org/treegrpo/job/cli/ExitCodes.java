package org.treegrpo.job.cli;

import org.apache.spark.SparkConf;

/** The exit codes of every command. */
public final class ExitCodes {

  /** Everything was done. */
  public static final int DONE = 0;

  /** The command failed. */
  public static final int FAILED = 1;

  /** Bad usage or configuration. */
  public static final int BAD_INPUT = 2;

  /** A gate refused. */
  public static final int REFUSED = 3;

  private ExitCodes() {}

  /**
   * What a refusal ends with: where only succeeded and failed come back, as from a driver on a
   * cluster, it must not look like a failure, which schedulers repeat.
   */
  public static int refused(SparkConf spark) {
    boolean onCluster =
        spark.get("spark.submit.deployMode", "client").equals("cluster")
            || spark.getBoolean("spark.kubernetes.submitInDriver", false);
    return onCluster ? DONE : REFUSED;
  }
}
