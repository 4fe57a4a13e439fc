package org.treegrpo.job.command;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.report.ComparisonReport;
import org.treegrpo.job.report.ReportWriter;
import org.treegrpo.job.train.RunPlace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes {@code report.html} of a run or a comparison, in a local path or any Hadoop URI. */
@Command(name = "report", description = "Writes report.html of a run or a comparison.")
public final class ReportCommand extends CliCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Its directory. Default: treegrpo.run-dir of --config.")
  private Optional<String> directory;

  @Override
  protected int run(CommandContext context) throws IOException {
    String named = context.directory(directory);
    RunDirectory place = RunPlace.of("DIR", named, context.hadoop());
    Optional<Path> comparison = ComparisonReport.write(place.fs(), place.root());
    context.out().println(comparison.isPresent() ? comparison.get() : ofRun(context, named));
    return ExitCodes.DONE;
  }

  private static Path ofRun(CommandContext context, String named) throws IOException {
    RunDirectory run = RunPlace.started("DIR", named, context.hadoop());
    return ReportWriter.write(run.fs(), run.root());
  }
}
