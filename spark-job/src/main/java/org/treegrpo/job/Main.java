package org.treegrpo.job;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cluster.ClusterStart;
import org.treegrpo.job.cluster.SparkSettings;

/** The application that spark-submit starts. */
public final class Main {

  private Main() {}

  /**
   * Runs one command. A failure ends the JVM with the command's exit code; where a JVM must not end
   * itself, in YARN's cluster mode and where there is a Spark context that others have made, it is
   * thrown.
   */
  public static void main(String[] arguments) {
    Optional<JavaSparkContext> present = ClusterStart.present();
    SparkConf spark = new SparkConf();
    int exitCode =
        present.isPresent() ? TreeGrpo.run(present.get(), arguments) : run(spark, arguments);
    if (exitCode == ExitCodes.DONE) {
      return;
    }
    boolean yarnCluster =
        spark.get("spark.master", "").equals("yarn")
            && spark.get("spark.submit.deployMode", "client").equals("cluster");
    if (present.isPresent() || yarnCluster) {
      throw new IllegalStateException("treegrpo failed with exit code " + exitCode);
    }
    System.exit(exitCode);
  }

  private static int run(SparkConf spark, String[] arguments) {
    List<String> problems = SparkSettings.apply(spark);
    if (!problems.isEmpty()) {
      PrintWriter err = TreeGrpo.printer(System.err);
      problems.forEach(problem -> err.println("treegrpo: " + problem));
      return ExitCodes.BAD_INPUT;
    }
    return TreeGrpo.run(spark, SparkHadoopUtil.get().newConfiguration(spark), arguments);
  }
}
