package org.treegrpo.job.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "verify", description = "Checks checkpoints against their manifests.")
final class VerifyCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "A checkpoint, or a run directory. Default: treegrpo.run-dir of --config.")
  private Optional<String> directory;

  @Override
  public Integer call() throws Exception {
    return root.commands().verify(root.directory(spec.commandLine(), directory));
  }
}
