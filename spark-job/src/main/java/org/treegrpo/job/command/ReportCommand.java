package org.treegrpo.job.command;

import java.io.IOException;
import java.util.Optional;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.report.ReportWriter;
import org.treegrpo.job.train.RunPlace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes {@code report.html} of a run directory, a local path or any Hadoop URI. */
@Command(name = "report", description = "Writes report.html of a run.")
public final class ReportCommand extends CliCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The run directory. Default: treegrpo.run-dir of --config.")
  private Optional<String> directory;

  @Override
  protected int run(CommandContext context) throws IOException {
    RunDirectory run = RunPlace.started("DIR", context.directory(directory), context.hadoop());
    context.out().println(ReportWriter.write(run.fs(), run.root()));
    return ExitCodes.DONE;
  }
}
