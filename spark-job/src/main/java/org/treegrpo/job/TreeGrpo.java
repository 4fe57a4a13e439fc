package org.treegrpo.job;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceConfigurationError;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.treegrpo.job.cli.Environment;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.TreeGrpoCommandLine;
import org.treegrpo.job.settings.SettingsLoader;

/**
 * The command line inside a process that has its own Spark context, such as a notebook or a managed
 * platform. The context must have been made with the properties that {@link
 * org.treegrpo.job.cluster.SparkSettings#apply} sets; a command that needs Spark says what is
 * missing. It runs on, whatever happens, and the process does not end; a signal to it during a run
 * stops the run, with a checkpoint, and only the next one the process.
 */
public final class TreeGrpo {

  private TreeGrpo() {}

  /**
   * Runs one command, such as {@code run(context, "train", "--config", "run.conf")}, and writes to
   * standard output and standard error. One command at a time.
   *
   * @return the exit code, 0 if all was done, {@link ExitCodes}
   */
  public static int run(JavaSparkContext context, String... arguments) {
    if (context.sc().isStopped()) {
      printer(System.err)
          .println("treegrpo: the SparkContext is stopped; give one that is running");
      return ExitCodes.BAD_INPUT;
    }
    return run(context.getConf(), context.hadoopConfiguration(), arguments);
  }

  static int run(SparkConf spark, Configuration hadoop, String... arguments) {
    try {
      return new TreeGrpoCommandLine(
              new Environment(spark, hadoop, System.out),
              new SettingsLoader(),
              printer(System.out),
              printer(System.err))
          .run(arguments);
    } catch (ServiceConfigurationError broken) {
      printer(System.err)
          .println(
              "treegrpo: class path: %s; mend META-INF/services in the jar that names it, or leave the jar out"
                  .formatted(broken.getMessage()));
      return ExitCodes.BAD_INPUT;
    }
  }

  static PrintWriter printer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
