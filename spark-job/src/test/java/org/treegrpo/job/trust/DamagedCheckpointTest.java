package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** Checkpoints that something has been done to after they were written. */
class DamagedCheckpointTest {

  @TempDir static Path directory;

  private static Inputs inputs;
  private static TinyRun tiny;
  private static List<String> undisturbed;

  @BeforeAll
  static void train() throws IOException {
    inputs = new Inputs(directory);
    tiny = new TinyRun(directory);
    tiny.train("local[1]", "whole");
    undisturbed = tiny.digests("whole");
  }

  @BeforeEach
  void restore() throws IOException {
    try (Stream<Path> files = Files.walk(inputs.file("whole"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = inputs.file("run").resolve(inputs.file("whole").relativize(file));
        Files.createDirectories(copy.getParent());
        Files.write(copy, Files.readAllBytes(file));
      }
    }
  }

  private static Path checkpoint(int round) {
    return inputs.file("run/checkpoints/round-%06d".formatted(round));
  }

  private static void flipAByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static void assertResumedFromRound2(String refusal) throws IOException {
    CommandLineRun resumed = inputs.resume();
    resumed.assertDone();
    assertThat(resumed.out())
        .as("what was not used, and what was")
        .contains("checkpoint refused: ", refusal, "resuming from file:" + checkpoint(2));
    assertThat(tiny.digests("run")).as("weights of every round").isEqualTo(undisturbed);
  }

  @Test
  void aFlippedByteMeansThePreviousCheckpointAndTheSameWeights() throws IOException {
    flipAByte(checkpoint(3).resolve("optimizer.safetensors"));
    assertResumedFromRound2("round-000003: optimizer.safetensors must have the SHA-256");
  }

  @Test
  void aCutFileMeansThePreviousCheckpointAndTheSameWeights() throws IOException {
    cut(checkpoint(3).resolve("policy.safetensors"));
    assertResumedFromRound2("round-000003: policy.safetensors must have ");
  }

  @Test
  void whereAllAreDamagedNothingIsResumed() throws IOException {
    for (int round = 1; round <= 3; round++) {
      flipAByte(checkpoint(round).resolve("policy.safetensors"));
    }
    inputs
        .resume()
        .assertRefused(
            "treegrpo.run-dir: file:" + inputs.file("run") + " must hold a valid checkpoint",
            "round-000003: policy.safetensors must have the SHA-256",
            "round-000001: policy.safetensors must have the SHA-256");
  }

  @Test
  void aCheckpointOfOtherSettingsIsNotResumed() throws IOException {
    inputs
        .resume("seed=8")
        .assertRefused("round-000003: was made with other settings; treegrpo.seed differ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "run/none", "run", "run/../..", "run.conf", "nofs://host/x", "a:b:c"})
  void whatIsNoCheckpointIsNamedWithTheOption(String name) throws IOException {
    boolean isUri = name.isEmpty() || name.contains(":");
    String checkpoint = isUri ? name : inputs.file(name).toString();
    evaluate(checkpoint)
        .assertRefused("--checkpoint: '" + checkpoint + "' must be a checkpoint of this policy");
  }

  @Test
  void aDamagedCheckpointIsNotEvaluated() throws IOException {
    flipAByte(checkpoint(3).resolve("policy.safetensors"));
    evaluate(checkpoint(3).toString())
        .assertRefused("--checkpoint: '", "policy.safetensors must have the SHA-256");
  }

  @Test
  void verifyTellsWhichCheckpointIsDamaged() throws IOException {
    flipAByte(checkpoint(2).resolve("state.json"));
    CommandLineRun verified = inputs.command("verify", inputs.file("run").toString());
    assertThat(verified.exitCode()).as("exit code").isEqualTo(1);
    assertThat(verified.out())
        .as("one line a checkpoint")
        .contains("round-000001: valid", "round-000002: state.json must", "round-000003: valid");
  }

  private static CommandLineRun evaluate(String checkpoint) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(inputs.arguments("evaluate")));
    arguments.add("--checkpoint=" + checkpoint);
    return inputs.command(arguments.toArray(String[]::new));
  }
}
