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
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.settings.PretrainSettings;

/** Writes a policy directory: weights, then {@code evaluation.json}, then {@code policy.json}. */
final class BasePolicyWriter {
  /** File name of the weights. */
  static final String WEIGHTS = "policy.safetensors";

  private static final String EVALUATION = "evaluation.json";

  private BasePolicyWriter() {}

  static void write(
      PretrainJob job, ParameterLayout layout, PretrainState state, List<SpellingScore> scores)
      throws IOException {
    Path directory = job.policy();
    Files.createDirectories(directory);
    Path temporary = directory.resolve(WEIGHTS + ".tmp");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
      Map<String, String> metadata = Map.of("step", Integer.toString(state.step()));
      PolicyWeights.write(out, layout, state.average(), metadata);
    }
    Files.move(
        temporary,
        directory.resolve(WEIGHTS),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Evaluation evaluation =
        new Evaluation(job.seed(), state.step(), job.settings().optimisation(), scores);
    Files.writeString(directory.resolve(EVALUATION), RunJson.pretty(evaluation));
    PolicyDirectory.write(directory, job.spec());
  }

  /** The content of {@code evaluation.json}: how the policy was made and what it can do. */
  private record Evaluation(
      long seed,
      int steps,
      PretrainSettings.Optimisation optimisation,
      List<SpellingScore> scores) {

    Evaluation {
      scores = List.copyOf(scores);
    }
  }
}
