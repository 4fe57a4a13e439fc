package org.treegrpo.job.command;

import java.io.IOException;
import java.util.Optional;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.TrainingRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Goes on from the newest checkpoint of the run directory. */
@Command(
    name = "resume",
    description =
        "Goes on with a run from its newest checkpoint; a higher treegrpo.rounds extends it.")
public final class ResumeCommand extends CliCommand {

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "The run, with the configuration it was started with; instead of --config.")
  private Optional<String> runDir;

  @Override
  protected int run(CommandContext context) throws IOException {
    return Training.run(context, context.settingsOr(runDir, Use.TRAIN), TrainingRun::resume);
  }
}
