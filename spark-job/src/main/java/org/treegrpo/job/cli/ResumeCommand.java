package org.treegrpo.job.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "resume",
    description =
        "Goes on with a run from its newest checkpoint; a higher treegrpo.rounds extends it.")
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "The run, with the configuration it was started with; instead of --config.")
  private Optional<String> runDir;

  @Override
  public Integer call() throws Exception {
    return root.commands().resume(root.configuredOrOf(spec.commandLine(), runDir, Use.TRAIN));
  }
}
