package org.treegrpo.job.pretrain;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.LossWeighting;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.RectifiedFlow;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.process.VariancePreserving;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.PromptSet;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.settings.PretrainSettings;
import org.treegrpo.job.settings.TrainSettings;

/**
 * One pretraining: what is taught and where it is written.
 *
 * @param seed fixes every random number
 * @param directory of the saved state and, in {@code policy}, of the policy
 * @param words that may be drawn besides random letters
 * @param heldOutWords that are never drawn
 */
record PretrainJob(
    long seed,
    Path directory,
    List<String> words,
    List<String> heldOutWords,
    PretrainSettings settings) {

  /** What states that name none were trained with. */
  private static final PretrainSettings.Objective FIRST_VERSIONS =
      new PretrainSettings.Objective(
          Prediction.FLOW_VELOCITY, LossWeighting.UNIFORM, NoiseSchedule.STABLE_DIFFUSION);

  PretrainJob {
    words = List.copyOf(words);
    heldOutWords = List.copyOf(heldOutWords);
  }

  /** The job of the configuration; reads the word lists. */
  static PretrainJob of(TrainSettings settings) throws IOException {
    return new PretrainJob(
        settings.seed(),
        Path.of(settings.runDir()),
        words(settings.prompts().train()),
        words(settings.prompts().evaluation()),
        settings.pretrain());
  }

  /** The policy directory to be written. */
  Path policy() {
    return directory.resolve("policy");
  }

  /** Where the state is kept: {@code directory}, with checkpoints as those of a training. */
  RunDirectory runDirectory() throws IOException {
    return RunDirectory.of("file:" + directory.toAbsolutePath(), new Configuration(false));
  }

  /** The description of the policy to be made. */
  PolicySpec spec() {
    PretrainSettings.Network network = settings.network();
    int letters = settings.letters();
    Prediction prediction = settings.objective().prediction();
    return new PolicySpec(
        PolicySpec.Type.BUILT_IN,
        BasePolicyWriter.WEIGHTS,
        new LatentShape(3, PretrainSettings.HEIGHT, letters * PretrainSettings.CELL),
        prediction,
        prediction.family() == Family.DIFFUSION
            ? Optional.of(settings.objective().scheduler())
            : Optional.empty(),
        List.of(new PolicySpec.ConditioningInput("characters", List.of(letters))),
        Optional.empty(),
        Optional.of(
            new PolicySpec.NetworkSpec(
                network.patch(),
                network.width(),
                network.layers(),
                network.heads(),
                WordRenderer.ALPHABET,
                PretrainSettings.CELL)));
  }

  /** The forward process that the policy is to reverse; examples draw their own noise levels. */
  NoiseProcess process() {
    PretrainSettings.Objective objective = settings.objective();
    return switch (objective.prediction().family()) {
      case FLOW -> new RectifiedFlow(SigmaSchedule.LINSPACE_SHIFT, 1);
      case DIFFUSION -> new VariancePreserving(objective.prediction(), objective.scheduler());
    };
  }

  /** What a saved state depends on: not the number of steps or threads, nor where files lie. */
  String fingerprint() {
    PretrainSettings.Objective objective = settings.objective();
    String beginning = objective.equals(FIRST_VERSIONS) ? "" : objective + ", ";
    return "seed %d, %d letters, %s, %s, %swords %08x and %08x"
        .formatted(
            seed,
            settings.letters(),
            settings.network(),
            settings.optimisation().withSteps(1),
            beginning,
            words.hashCode(),
            heldOutWords.hashCode());
  }

  private static List<String> words(String file) throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return PromptSet.read(in, file).prompts().stream().map(Prompt::text).toList();
    }
  }
}
