package org.treegrpo.job.cli;

import java.util.concurrent.Callable;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "plan",
    description =
        "Prints settings, evaluations, memory, shares, files and stages of a run; writes nothing.")
final class PlanCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return root.commands().plan(root.configured(spec.commandLine(), Use.PLAN));
  }
}
