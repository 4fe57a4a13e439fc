package org.treegrpo.job.command;

import java.io.IOException;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.PolicyOptions;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.LoraExport;
import org.treegrpo.job.train.PolicyWeightsChoice.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes trained adapters as a LoRA that diffusers loads. */
@Command(
    name = "export-lora",
    description = "Writes trained adapters as a LoRA that diffusers loads, with a model card.")
public final class ExportLoraCommand extends CliCommand {

  @Mixin private PolicyOptions policy;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Directory to write to, local or any Hadoop URI.")
  private String out;

  @Option(
      names = "--latest",
      description = "The weights after the last update, also where a moving average is kept.")
  private boolean latest;

  @Override
  protected int run(CommandContext context) throws IOException {
    TrainSettings settings = context.settingsOr(policy.runDir(), Use.SAMPLE);
    int round =
        LoraExport.write(
            settings, policy.choice(latest ? Kind.LATEST : Kind.AVERAGE), context.hadoop(), out);
    context.out().printf("%s: the LoRA after round %d%n", out, round);
    return ExitCodes.DONE;
  }
}
