package org.treegrpo.job.command;

import java.io.IOException;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.settings.TrainSettings;

/** What {@code train} and {@code resume} have in common. */
final class Training {

  private Training() {}

  /** How it begins. */
  interface Start {
    RunResult run(
        TrainSettings settings, SparkConf spark, Configuration hadoop, PrintStream progress)
        throws IOException;
  }

  static int run(CommandContext context, TrainSettings settings, Start start) throws IOException {
    PrintStream out = context.out();
    ClusterCheck.require(settings, context.spark());
    settings.warmUpCut().ifPresent(out::println);
    RunResult result = start.run(settings, context.spark(), context.hadoop(), out);
    out.printf(
        "%d rounds done in %.0f s; report: %s/report.html%n",
        result.rounds(), result.seconds(), settings.runDir());
    return result.status() == RunResult.Status.REFUSED ? ExitCodes.REFUSED : ExitCodes.DONE;
  }
}
