package org.treegrpo.job.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "report", description = "Writes report.html of a run.")
final class ReportCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The run directory. Default: treegrpo.run-dir of --config.")
  private Optional<String> directory;

  @Override
  public Integer call() throws Exception {
    return root.commands().report(root.directory(spec.commandLine(), directory));
  }
}
