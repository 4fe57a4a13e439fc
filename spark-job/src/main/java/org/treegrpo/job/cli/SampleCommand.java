package org.treegrpo.job.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "sample", description = "Draws one image.")
final class SampleCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root;
  @Spec private CommandSpec spec;
  @Mixin private PolicyOptions policy;

  @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "What to draw.")
  private String prompt;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "PNG file to write.")
  private Path out;

  @Override
  public Integer call() throws Exception {
    TrainSettings settings = root.configuredOrOf(spec.commandLine(), policy.runDir(), Use.SAMPLE);
    return root.commands().sample(new SampleRequest(settings, policy.choice(), prompt, out));
  }
}
