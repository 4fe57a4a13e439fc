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
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.job.settings.PretrainSettings;
import org.treegrpo.job.train.InvalidInputException;

class PretrainerTest {
  private static final List<String> WORDS = List.of("a", "b");
  private static final List<String> HELD_OUT = List.of("c");

  @TempDir private Path directory;

  private record Run(int steps, int threads, double learningRate) {}

  private PretrainResult run(String name, Run run) throws IOException {
    PretrainSettings.Optimisation optimisation =
        new PretrainSettings.Optimisation(
            run.steps(), 8, 4, run.learningRate(), 2, 0.01, 1, 0.9, 0.1, 0.5, 2);
    PretrainSettings settings =
        new PretrainSettings(
            1, new PretrainSettings.Network(4, 64, 1, 2), optimisation, run.threads(), 1, 2, 0);
    PretrainJob job = new PretrainJob(5, directory.resolve(name), WORDS, HELD_OUT, settings);
    List<SpellingScore> scores = List.of(new SpellingScore("stub", 1, 1, 0.25, 0.5));
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    return new Pretrainer(job, policy -> scores, quiet).run();
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
