package org.treegrpo.job.command;

import org.apache.spark.SparkConf;
import org.treegrpo.job.executor.Devices;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.train.InvalidInputException;

/** In local mode the driver is the executor and can tell at once which devices there are. */
final class LocalDevice {

  private LocalDevice() {}

  static void require(TrainSettings settings, SparkConf spark) {
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
