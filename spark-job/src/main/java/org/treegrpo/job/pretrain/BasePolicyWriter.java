package org.treegrpo.job.pretrain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
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
    Map<String, String> metadata = Map.of("step", Integer.toString(state.step()));
    write(job, WEIGHTS, out -> PolicyWeights.write(out, layout, state.average(), metadata));
    Evaluation evaluation =
        new Evaluation(job.seed(), state.step(), job.settings().optimisation(), scores);
    byte[] json = RunJson.pretty(evaluation).getBytes(StandardCharsets.UTF_8);
    write(job, EVALUATION, out -> out.write(json));
    PolicyDirectory.write(job.policy(), job.spec());
  }

  private static void write(PretrainJob job, String name, AtomicFiles.Content content)
      throws IOException {
    RunDirectory run = job.runDirectory();
    AtomicFiles.replace(run.fs(), new Path(run.root(), "policy/" + name), content);
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
