package org.treegrpo.job.cli;

import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;

/**
 * What a command finds around it.
 *
 * @param spark completed by {@link org.treegrpo.job.cluster.SparkSettings}
 * @param hadoop for the file systems of paths
 * @param out for results and progress; secrets are masked
 */
public record Environment(SparkConf spark, Configuration hadoop, PrintStream out) {

  public Environment {
    out = new MaskedStream(out);
  }
}
