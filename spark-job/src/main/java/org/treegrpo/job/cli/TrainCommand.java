package org.treegrpo.job.cli;

import java.util.concurrent.Callable;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "train", description = "Trains a policy and writes the run directory.")
final class TrainCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return root.commands().train(root.configured(spec.commandLine(), Use.TRAIN));
  }
}
