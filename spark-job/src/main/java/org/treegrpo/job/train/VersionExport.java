package org.treegrpo.job.train;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.RegistryWriter;
import org.treegrpo.job.registry.Version;
import org.treegrpo.job.settings.TrainSettings;

/** Trained weights as a version of a registry. */
public final class VersionExport {

  private VersionExport() {}

  /**
   * Adds the weights of a run or a checkpoint; of a policy with adapters their LoRA file too.
   *
   * @throws InvalidInputException if there are no such weights
   */
  public static Version add(
      TrainSettings settings,
      PolicyWeightsChoice choice,
      Configuration hadoop,
      RegistryWriter writer)
      throws IOException {
    try (RunInputs inputs = RunInputs.loadWithoutRewards(settings, hadoop)) {
      PolicyWeightsChoice.Weights weights = choice.load(inputs, hadoop);
      Map<String, String> base = inputs.base();
      Map<String, String> header = new TreeMap<>(base);
      header.put("format", "pt");
      header.put("round", Integer.toString(weights.round()));
      Map<String, AtomicFiles.Content> files = new TreeMap<>();
      files.put(
          Registry.WEIGHTS,
          out -> PolicyWeights.write(out, inputs.layout(), weights.values(), header));
      if (inputs.recipe().policy().lora().isPresent()) {
        LoraFile lora = inputs.loraFile();
        files.put(LoraFile.NAME, out -> lora.write(out, weights.values()));
      }
      return writer.add(
          new Version(
              "",
              "",
              settings.policy().path(),
              settings.runDir().isEmpty() ? null : settings.runDir(),
              weights.round(),
              parent(settings, writer.registry()).orElse(null),
              WeightsDigest.sha256(weights.values()),
              base.get(StartWeights.BASE_SHA256),
              settings.runDir().isEmpty() ? null : lastEvaluation(settings, hadoop).orElse(null)),
          files);
    }
  }

  /** The version of the same registry that a run has started from. */
  private static Optional<String> parent(TrainSettings settings, Registry registry)
      throws IOException {
    String start = settings.policy().weights();
    if (start.isEmpty()) {
      return Optional.empty();
    }
    for (Version version : registry.versions()) {
      Path weights = new Path(registry.directory(version.id()), Registry.WEIGHTS);
      if (weights.toUri().getPath().equals(new Path(start).toUri().getPath())) {
        return Optional.of(version.id());
      }
    }
    return Optional.empty();
  }

  private static Optional<EvaluationRecord> lastEvaluation(
      TrainSettings settings, Configuration hadoop) throws IOException {
    RunDirectory run = RunDirectory.of(settings.runDir(), hadoop);
    List<EvaluationRecord> evaluations = MetricsLog.open(run.fs(), run.root()).evaluations();
    return evaluations.stream().reduce((earlier, later) -> later);
  }
}
