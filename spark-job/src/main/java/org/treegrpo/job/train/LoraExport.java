package org.treegrpo.job.train;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.report.ModelCard;
import org.treegrpo.job.settings.TrainSettings;

/** The adapters that a run has trained, as a directory from which diffusers loads a LoRA. */
public final class LoraExport {

  private LoraExport() {}

  /**
   * Writes the LoRA file and, where the run is known, a model card.
   *
   * @param target a directory, of any file system
   * @return rounds of training behind the weights
   * @throws InvalidInputException if the policy has no adapters, or others are trained beside them
   */
  public static int write(
      TrainSettings settings, PolicyWeightsChoice choice, Configuration hadoop, String target)
      throws IOException {
    if (choice.lora().isPresent()) {
      throw new InvalidInputException(
          "--lora: '%s' is a LoRA already; export-lora takes a run or a checkpoint"
              .formatted(choice.lora().get()));
    }
    try (RunInputs inputs = RunInputs.loadWithoutRewards(settings, hadoop)) {
      LoraFile file = inputs.loraFile();
      PolicyWeightsChoice.Weights weights = choice.load(inputs, hadoop);
      RunDirectory directory = RunDirectory.of(target, hadoop);
      write(file, weights.values(), directory);
      if (!settings.runDir().isEmpty()) {
        card(RunDirectory.of(settings.runDir(), hadoop), weights.round(), directory);
      }
      return weights.round();
    }
  }

  /** Writes what a run exports after a round into its own directory. */
  static void write(LoraFile file, float[] weights, RunDirectory run, int round)
      throws IOException {
    RunDirectory directory = new RunDirectory(run.fs(), run.layout().export(round));
    write(file, weights, directory);
    card(run, round, directory);
  }

  private static void write(LoraFile file, float[] weights, RunDirectory target)
      throws IOException {
    AtomicFiles.replace(
        target.fs(), new Path(target.root(), LoraFile.NAME), out -> file.write(out, weights));
  }

  private static void card(RunDirectory run, int round, RunDirectory target) throws IOException {
    byte[] card = ModelCard.of(run, round);
    AtomicFiles.replace(
        target.fs(), new Path(target.root(), ModelCard.NAME), out -> out.write(card));
  }
}
