package org.treegrpo.job.pretrain;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.metrics.RunJson;

/** Writes a policy directory: weights, then {@code evaluation.json}, then {@code policy.json}. */
final class BasePolicyWriter {
  /** File name of the weights. */
  static final String WEIGHTS = "policy.safetensors";

  private static final String EVALUATION = "evaluation.json";

  private BasePolicyWriter() {}

  static void write(
      Path directory, PolicySpec spec, ParameterLayout layout, float[] weights, Evaluation record)
      throws IOException {
    Files.createDirectories(directory);
    Path temporary = directory.resolve(WEIGHTS + ".tmp");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
      PolicyWeights.write(out, layout, weights, Map.of("step", Integer.toString(record.steps())));
    }
    Files.move(
        temporary,
        directory.resolve(WEIGHTS),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(directory.resolve(EVALUATION), RunJson.pretty(record));
    PolicyDirectory.write(directory, spec);
  }

  /** The content of {@code evaluation.json}: how the policy was made and what it can do. */
  record Evaluation(
      long seed,
      int steps,
      PretrainSettings.Optimisation optimisation,
      PretrainSettings.Evaluation sampling,
      List<SpellingScore> scores) {}
}
