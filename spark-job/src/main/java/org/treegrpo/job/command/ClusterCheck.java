package org.treegrpo.job.command;

import org.apache.spark.SparkConf;
import org.treegrpo.job.executor.Devices;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.train.InvalidInputException;

/**
 * What can be said of the cluster before a run: a Spark context that is there already must be
 * usable, and in local mode, where the driver is the executor, the device must be there.
 */
final class ClusterCheck {

  private ClusterCheck() {}

  static void require(TrainSettings settings, SparkConf spark) {
    Session.requireUsable();
    String master = spark.get("spark.master", "");
    if (master.startsWith("local") && !master.startsWith("local-cluster")) {
      try {
        Devices.requireHere(settings.policy().device());
      } catch (ExecutorException e) {
        throw new InvalidInputException(e.getMessage(), e);
      }
    }
  }
}
