package org.treegrpo.job.cli;

import java.util.Optional;
import org.treegrpo.job.train.PolicyWeightsChoice;
import picocli.CommandLine.Option;

/** Options that choose weights: a mixin of commands that use a policy. */
public final class PolicyOptions {

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description =
          "Checkpoint to use. Default: the newest of --run-dir, or with --config the base policy.")
  private Optional<String> checkpoint;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "A run, with the configuration it was started with; instead of --config.")
  private Optional<String> runDir;

  @Option(
      names = "--lora",
      paramLabel = "FILE",
      description = "LoRA of diffusers to use instead of trained weights, local or any Hadoop URI.")
  private Optional<String> lora;

  public Optional<String> runDir() {
    return runDir;
  }

  public PolicyWeightsChoice choice() {
    return choice(PolicyWeightsChoice.Kind.AVERAGE);
  }

  public PolicyWeightsChoice choice(PolicyWeightsChoice.Kind kind) {
    return new PolicyWeightsChoice(checkpoint, runDir, lora, kind);
  }
}
