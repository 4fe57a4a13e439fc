package org.treegrpo.job.cli;

import java.util.concurrent.Callable;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "evaluate", description = "Samples the held-out prompts and scores every reward.")
final class EvaluateCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;
  @Mixin private PolicyOptions policy;

  @Override
  public Integer call() throws Exception {
    TrainSettings settings = root.configuredOrOf(spec.commandLine(), policy.runDir(), Use.EVALUATE);
    return root.commands().evaluate(settings, policy.choice());
  }
}
