package org.treegrpo.job.command;

import java.io.IOException;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.TrainingRun;
import picocli.CommandLine.Command;

/** Trains from the first round; refuses a run directory that holds a run. */
@Command(name = "train", description = "Trains a policy and writes the run directory.")
public final class TrainCommand extends CliCommand {

  @Override
  protected int run(CommandContext context) throws IOException {
    return Training.run(context, context.settings(Use.TRAIN), TrainingRun::train);
  }
}
