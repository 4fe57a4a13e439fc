package org.treegrpo.job;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.treegrpo.job.cli.Environment;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.TreeGrpoCommandLine;
import org.treegrpo.job.cluster.SparkSettings;
import org.treegrpo.job.settings.SettingsLoader;

/** The application that spark-submit starts. */
public final class Main {

  private Main() {}

  /**
   * Runs one command. A failure ends the JVM with the command's exit code; in YARN's cluster mode,
   * where a JVM must not end itself, it is thrown.
   */
  public static void main(String[] arguments) {
    SparkConf spark = new SparkConf();
    int exitCode = run(spark, arguments);
    if (exitCode == ExitCodes.DONE) {
      return;
    }
    if (spark.get("spark.master", "").equals("yarn")
        && spark.get("spark.submit.deployMode", "client").equals("cluster")) {
      throw new IllegalStateException("treegrpo failed with exit code " + exitCode);
    }
    System.exit(exitCode);
  }

  private static int run(SparkConf spark, String[] arguments) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    List<String> problems = SparkSettings.apply(spark);
    if (!problems.isEmpty()) {
      problems.forEach(problem -> err.println("treegrpo: " + problem));
      return ExitCodes.BAD_INPUT;
    }
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(spark);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    try {
      return new TreeGrpoCommandLine(
              new Environment(spark, hadoop, System.out), new SettingsLoader(), out, err)
          .run(arguments);
    } catch (ServiceConfigurationError broken) {
      err.println(
          "treegrpo: class path: %s; mend META-INF/services in the jar that names it, or leave the jar out"
              .formatted(broken.getMessage()));
      return ExitCodes.BAD_INPUT;
    }
  }
}
