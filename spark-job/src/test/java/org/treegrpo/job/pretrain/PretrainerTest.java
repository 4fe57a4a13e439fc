package org.treegrpo.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.BetaSchedule;
import org.treegrpo.core.process.LossWeighting;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.TimestepSpacing;
import org.treegrpo.job.settings.PretrainSettings;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.InvalidInputException;

class PretrainerTest {
  private static final List<String> WORDS = List.of("a", "b");
  private static final List<String> HELD_OUT = List.of("c");

  private static final PrintStream QUIET =
      new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);

  @TempDir private Path directory;

  private record Run(int steps, int threads, double learningRate) {}

  private static final PretrainSettings.Objective FLOW =
      new PretrainSettings.Objective(
          Prediction.FLOW_VELOCITY, LossWeighting.UNIFORM, NoiseSchedule.STABLE_DIFFUSION);

  private PretrainResult run(String name, Run run) throws IOException {
    return run(name, run, FLOW);
  }

  private PretrainResult run(String name, Run run, PretrainSettings.Objective objective)
      throws IOException {
    PretrainSettings.Optimisation optimisation =
        new PretrainSettings.Optimisation(
            run.steps(), 8, 4, run.learningRate(), 2, 0.01, 1, 0.9, 0.1, 0.5, 2);
    PretrainSettings settings =
        new PretrainSettings(
            1,
            new PretrainSettings.Network(4, 64, 1, 2),
            optimisation,
            objective,
            run.threads(),
            1,
            2,
            0);
    PretrainJob job = new PretrainJob(5, directory.resolve(name), WORDS, HELD_OUT, settings);
    List<SpellingScore> scores = List.of(new SpellingScore("stub", 1, 1, 0.25, 0.5));
    return new Pretrainer(job, policy -> scores, QUIET).run();
  }

  /** A diffusion of its own schedule. */
  private static PretrainSettings.Objective diffusion(Prediction prediction) {
    return new PretrainSettings.Objective(
        prediction,
        LossWeighting.UNIFORM,
        new NoiseSchedule(
            500, 1e-4, 0.03, BetaSchedule.LINEAR, false, TimestepSpacing.TRAILING, 0));
  }

  private byte[] weights(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name).resolve("policy/policy.safetensors"));
  }

  @Test
  void theLossFalls() throws IOException {
    List<Double> losses = new ArrayList<>();
    for (int steps = 10; steps <= 80; steps += 10) {
      losses.add(run("falls", new Run(steps, 1, 5e-3)).loss());
    }
    assertThat(losses.get(0)).as("hardly trained").isGreaterThan(0.9);
    assertThat(losses.get(losses.size() - 1))
        .as("all losses: %s", losses)
        .isLessThan(0.7 * losses.get(0));
  }

  @Test
  void theNumberOfThreadsDoesNotMatter() throws IOException {
    run("one", new Run(4, 1, 1e-3));
    run("three", new Run(4, 3, 1e-3));
    assertThat(weights("three")).as("3 threads, 4 shards").isEqualTo(weights("one"));
  }

  @Test
  void goesOnWhereItStoppedToTheSameBytes() throws IOException {
    run("straight", new Run(6, 1, 1e-3));
    run("stopped", new Run(3, 1, 1e-3));
    assertThat(weights("stopped")).as("after 3 steps").isNotEqualTo(weights("straight"));
    PretrainResult result = run("stopped", new Run(6, 1, 1e-3));
    assertThat(result.steps()).as("steps of both runs").isEqualTo(6);
    assertThat(weights("stopped")).as("after 3 + 3 steps").isEqualTo(weights("straight"));
  }

  @Test
  void refusesTheStateOfOtherSettings() throws IOException {
    run("changed", new Run(2, 1, 1e-3));
    assertThatThrownBy(() -> run("changed", new Run(4, 1, 2e-3)))
        .as("another learning rate")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("learningRate=0.002")
        .hasMessageContaining("learningRate=0.001")
        .hasMessageContaining("choose another directory");
  }

  @Test
  void refusesTheStateOfAnEarlierVersion() throws IOException {
    Files.createDirectories(directory.resolve("old"));
    Files.writeString(directory.resolve("old/pretrain.safetensors"), "weights");
    assertThatThrownBy(() -> run("old", new Run(2, 1, 1e-3)))
        .as("beginning anew would lose what was done")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("treegrpo.run-dir: ")
        .hasMessageContaining("pretrain.safetensors is the state of an earlier version");
  }

  @Test
  void refusesADamagedState() throws IOException {
    run("damaged", new Run(2, 1, 1e-3));
    Path optimizer = directory.resolve("damaged/checkpoints/round-000002/optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(optimizer);
    bytes[bytes.length - 1] ^= 1;
    Files.write(optimizer, bytes);
    assertThatThrownBy(() -> run("damaged", new Run(4, 1, 1e-3)))
        .as("another moment is another run")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("optimizer.safetensors must have the SHA-256");
  }

  @ParameterizedTest
  @EnumSource(
      value = Prediction.class,
      names = {"EPSILON", "V", "X0"})
  void aDiffusionLearnsAndSaysWhatItPredictsAlongWhichSchedule(Prediction prediction)
      throws IOException {
    PretrainSettings.Objective objective = diffusion(prediction);
    double before = run("diffusion", new Run(2, 1, 5e-3), objective).loss();
    PretrainResult result = run("diffusion", new Run(60, 1, 5e-3), objective);
    assertThat(result.loss()).as("loss, from %.3f", before).isLessThan(0.8 * before);
    PolicySpec spec = PolicyDirectory.read(result.policy());
    assertThat(spec.prediction()).as("prediction").isEqualTo(prediction);
    assertThat(spec.noiseSchedule()).as("noise schedule").isEqualTo(objective.scheduler());
  }

  @Test
  void refusesTheStateOfAnotherPrediction() throws IOException {
    run("v", new Run(2, 1, 1e-3), diffusion(Prediction.V));
    assertThatThrownBy(() -> run("v", new Run(4, 1, 1e-3), diffusion(Prediction.X0)))
        .as("weights of another meaning")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prediction=V")
        .hasMessageContaining("prediction=X0");
    assertThatThrownBy(() -> run("v", new Run(4, 1, 1e-3)))
        .as("a flow")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prediction=V");
  }

  @Test
  void aSamplerThatCannotDrawThePolicyIsRefusedBeforeTheFirstStep() {
    assertThatThrownBy(() -> runSpelling("treegrpo.pretrain.prediction=epsilon"))
        .as("a diffusion and the default transition")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("treegrpo.sampler.transition: 'flow-sde'")
        .hasMessageContaining("use ddim");
    assertThatThrownBy(
            () ->
                runSpelling(
                    "treegrpo.pretrain.prediction=epsilon",
                    "treegrpo.sampler.transition=ddim",
                    "treegrpo.evaluation.steps=1000"))
        .as("more steps than training had")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("treegrpo.sampler.steps: ")
        .hasMessageContaining("at most 999");
  }

  private void runSpelling(String... overrides) throws IOException {
    List<String> options = new ArrayList<>(List.of(overrides));
    options.add("treegrpo.run-dir=" + directory.resolve("spelling"));
    Pretrainer.run(
        new SettingsLoader(reward -> List.of())
            .load(Path.of("..", "conf", "pretrain.conf"), options, Use.PRETRAIN),
        QUIET);
  }

  @Test
  void writesAPolicyDirectoryWithItsEvaluation() throws IOException {
    PretrainResult result = run("written", new Run(1, 1, 1e-3));
    assertThat(result.finished()).as("all steps done").isTrue();
    assertThat(PolicyDirectory.read(result.policy()).prediction())
        .as("policy.json reads back")
        .isEqualTo(Prediction.FLOW_VELOCITY);
    assertThat(result.policy().resolve("evaluation.json"))
        .as("the evaluation ships with the weights")
        .content()
        .contains("\"recogniser\" : \"stub\"", "\"exact\" : 0.25", "\"steps\" : 1");
  }
}
