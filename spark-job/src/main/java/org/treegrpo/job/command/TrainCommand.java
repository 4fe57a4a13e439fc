package org.treegrpo.job.command;

import java.io.IOException;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.TrainingRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains from the first round; refuses a run directory that holds a run, unless it may go on. */
@Command(name = "train", description = "Trains a policy and writes the run directory.")
public final class TrainCommand extends CliCommand {

  @Option(
      names = "--or-resume",
      description =
          "Goes on where the run directory holds this run already: a command that may be repeated.")
  private boolean orResume;

  @Override
  protected int run(CommandContext context) throws IOException {
    return Training.run(
        context,
        context.settings(Use.TRAIN),
        orResume ? TrainingRun::trainOrResume : TrainingRun::train);
  }
}
