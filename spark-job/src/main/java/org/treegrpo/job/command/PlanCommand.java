package org.treegrpo.job.command;

import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints what {@code train} would do; writes nothing. */
@Command(
    name = "plan",
    description =
        "Prints settings, evaluations, memory, shares, files and stages of a run; writes nothing.")
public final class PlanCommand extends CliCommand {

  @Option(
      names = "--spark-conf",
      description =
          "Prints nothing but the properties of Spark for the memory of driver and executors.")
  private boolean sparkConf;

  @Override
  protected int run(CommandContext context) {
    TrainSettings settings = context.settings(Use.PLAN);
    if (sparkConf) {
      int slots = context.spark().getInt("spark.executor.cores", 1);
      TrainingPlan.sparkProperties(settings, context.hadoop(), slots)
          .forEach(context.out()::println);
      return ExitCodes.DONE;
    }
    context.out().print(TrainingPlan.describe(settings, context.hadoop()));
    settings.warmUpCut().ifPresent(line -> context.out().println("\n" + line));
    return ExitCodes.DONE;
  }
}
