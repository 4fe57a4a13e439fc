package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;
import org.treegrpo.core.policy.PolicySpec.DecoderSpec;
import org.treegrpo.core.policy.PolicySpec.NetworkSpec;
import org.treegrpo.core.process.BetaSchedule;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.TimestepSpacing;

class PolicyDirectoryTest {

  private static final String BUILT_IN =
      """
      {"type": "built-in", "file": "weights.safetensors", "latentShape": [3, 16, 32],
       "prediction": "flow-velocity", "conditioning": [{"name": "tokens", "shape": [4]}],
       "decoder": null,
       "network": {"patch": 4, "width": 64, "layers": 2, "heads": 4, "alphabet": "ABC", "cell": 8}}
      """;
  private static final String TORCHSCRIPT =
      """
      {"type": "torchscript", "file": "unet.pt", "latentShape": [4, 8, 8],
       "prediction": "epsilon", "conditioning": [{"name": "text", "shape": [7, 16]}],
       "decoder": {"file": "vae/decoder.pt", "scale": 0.18215, "shift": 0}}
      """;

  private static final String SCHEDULER =
      """
      {"num_train_timesteps": 500, "beta_start": 0.001, "beta_end": 0.03, "beta_schedule": "linear",
       "rescale_betas_zero_snr": false, "timestep_spacing": "trailing", "steps_offset": 2,
       "prediction_type": "epsilon"}
      """;

  @TempDir Path directory;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.createDirectories(directory.resolve("vae"));
    for (String file : List.of("weights.safetensors", "unet.pt", "vae/decoder.pt")) {
      Files.createFile(directory.resolve(file));
    }
  }

  private PolicySpec read(String json) throws IOException {
    Files.writeString(directory.resolve("policy.json"), json);
    return PolicyDirectory.read(directory);
  }

  @Test
  void readsABuiltInPolicy() throws IOException {
    assertThat(read(BUILT_IN))
        .as("every key")
        .isEqualTo(
            new PolicySpec(
                PolicySpec.Type.BUILT_IN,
                "weights.safetensors",
                new LatentShape(3, 16, 32),
                Prediction.FLOW_VELOCITY,
                Optional.empty(),
                List.of(new ConditioningInput("tokens", List.of(4))),
                Optional.empty(),
                Optional.of(new NetworkSpec(4, 64, 2, 4, "ABC", 8))));
  }

  @Test
  void readsATorchScriptPolicy() throws IOException {
    PolicySpec spec = read(TORCHSCRIPT);
    assertThat(spec.decoder())
        .as("decoder")
        .contains(new DecoderSpec("vae/decoder.pt", 0.18215, 0));
    assertThat(spec.network()).as("network").isEmpty();
    assertThat(spec.conditioning().get(0).elements()).as("elements").isEqualTo(112);
  }

  @Test
  void aPolicyWithoutASchedulerHasStableDiffusions() throws IOException {
    PolicySpec spec = read(TORCHSCRIPT);
    assertThat(spec.scheduler()).as("as the file says").isEmpty();
    assertThat(spec.noiseSchedule())
        .as("what it is sampled with")
        .isEqualTo(NoiseSchedule.STABLE_DIFFUSION);
    assertThat(read(withScheduler("{}")).noiseSchedule())
        .as("nor has an empty one other values")
        .isEqualTo(NoiseSchedule.STABLE_DIFFUSION);
  }

  @Test
  void readsTheSchedulerInDiffusersTerms() throws IOException {
    assertThat(read(withScheduler(SCHEDULER)).noiseSchedule())
        .as("every key")
        .isEqualTo(
            new NoiseSchedule(
                500, 0.001, 0.03, BetaSchedule.LINEAR, false, TimestepSpacing.TRAILING, 2));
    String v =
        withScheduler(SCHEDULER.replace("false", "true").replace("\"epsilon", "\"v_prediction"));
    assertThat(
            read(v.replace("\"prediction\": \"epsilon\"", "\"prediction\": \"v\"")).noiseSchedule())
        .as("zero terminal SNR, which v can follow")
        .extracting(NoiseSchedule::zeroTerminalSnr)
        .isEqualTo(true);
  }

  private static String withScheduler(String scheduler) {
    return TORCHSCRIPT.replace(
        "\"conditioning\"", "\"scheduler\": " + scheduler + ", \"conditioning\"");
  }

  @ParameterizedTest(name = "{1} -> {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "500 | 1 | scheduler.num_train_timesteps | must be an integer from 2 to",
        "500 | 500.5 | scheduler.num_train_timesteps | must be an integer from 2 to",
        "500 | \"500\" | scheduler.num_train_timesteps | must be an integer from 2 to",
        "0.001 | 0 | scheduler.beta_start | must be a number > 0 and < 1",
        "0.001 | 1 | scheduler.beta_start | must be a number > 0 and < 1",
        "0.001 | \"x\" | scheduler.beta_start | must be a finite number",
        "0.001 | 0.04 | scheduler.beta_end | must be at least beta_start 0.04",
        "0.03 | 1.5 | scheduler.beta_end | must be a number > 0 and < 1",
        "\"linear\" | \"sigmoid\" | scheduler.beta_schedule | must be one of [linear, scaled_linear, squaredcos_cap_v2]",
        "\"linear\" | 3 | scheduler.beta_schedule | must be a string",
        "false | 0 | scheduler.rescale_betas_zero_snr | must be true or false",
        "false | true | scheduler | use prediction v or x0, or rescale_betas_zero_snr false",
        "\"trailing\" | \"even\" | scheduler.timestep_spacing | must be one of [leading, trailing, linspace]",
        "\"steps_offset\": 2 | \"steps_offset\": -1 | scheduler.steps_offset | must be an integer from 0 to",
        "\"steps_offset\": 2 | \"steps_offset\": 500 | scheduler.steps_offset | must be less than num_train_timesteps 500",
        "\"epsilon\" | \"sample\" | scheduler.prediction_type | must be 'epsilon', as prediction is 'epsilon'",
        "steps_offset | step_offset | scheduler.step_offset | nearest is 'steps_offset'",
      })
  void refusesABadScheduler(String valid, String invalid, String key, String rule) {
    assertThat(SCHEDULER).as("the text to break").contains(valid);
    assertThatThrownBy(() -> read(withScheduler(SCHEDULER.replace(valid, invalid))))
        .as(invalid)
        .isInstanceOfSatisfying(
            PolicyDirectoryException.class, e -> assertThat(e.key()).as("key").isEqualTo(key))
        .hasMessageContaining("policy.json")
        .hasMessageContaining(rule)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aSchedulerIsADiffusionsAlone() {
    String flow = BUILT_IN.replace("\"conditioning\"", "\"scheduler\": {}, \"conditioning\"");
    assertThatThrownBy(() -> read(flow))
        .as("it would say nothing of a flow")
        .hasMessageContaining("scheduler")
        .hasMessageContaining("is only for a diffusion");
    assertThatThrownBy(() -> read(withScheduler("[]")))
        .as("no object")
        .hasMessageContaining("must be an object");
  }

  @Test
  void readsBackWhatItWrites() throws IOException {
    for (String json : List.of(BUILT_IN, TORCHSCRIPT, withScheduler(SCHEDULER))) {
      PolicySpec spec = read(json);
      PolicyDirectory.write(directory, spec);
      assertThat(PolicyDirectory.read(directory)).as("the same specification").isEqualTo(spec);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .as("nothing temporary is left")
          .containsExactlyInAnyOrder("policy.json", "weights.safetensors", "unet.pt", "vae");
    }
  }

  @ParameterizedTest(name = "{1} -> {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"type\": \"built-in\" | \"type\": \"builtin\" | type | 'built-in' or 'torchscript'",
        "\"type\": \"built-in\" | \"typ\": \"built-in\" | typ | nearest is 'type'",
        "\"type\": \"built-in\" | \"type\": 3 | type | must be a string",
        "weights.safetensors | ../weights.safetensors | file | stays inside the directory",
        "weights.safetensors | vae/../../x | file | stays inside the directory",
        "weights.safetensors | /etc/passwd | file | stays inside the directory",
        "weights.safetensors | other.safetensors | file | must name a file",
        "weights.safetensors | vae | file | must name a file",
        "[3, 16, 32] | [3, 16] | latentShape | must be [C, H, W]",
        "[3, 16, 32] | [3, 0, 32] | latentShape[1] | must be an integer from 1",
        "[3, 16, 32] | [3, 16.0, 32] | latentShape[1] | must be an integer from 1",
        "[3, 16, 32] | [1048576, 1048576, 2] | latentShape | fewer than 2^31",
        "[3, 16, 32] | 3 | latentShape | must be an array",
        "flow-velocity | velocity | prediction | must be one of [flow-velocity, epsilon, v, x0]",
        "\"tokens\" | \"to/kens\" | conditioning[0].name | must match",
        "\"shape\": [4] | \"shapes\": [4] | conditioning[0].shapes | nearest is 'shape'",
        "\"shape\": [4] | \"shape\": [-4] | conditioning[0].shape[0] | must be an integer from 1",
        "\"shape\": [4] | \"shape\": [4, 2] | conditioning | one input of shape [letters]",
        "\"shape\": [4] | \"shape\": [5] | network.cell | must not exceed the width 32",
        "\"decoder\": null | \"decoder\": [] | decoder | must be an object",
        "\"patch\": 4 | \"patch\": 5 | network.patch | must divide the height 16",
        "\"heads\": 4 | \"heads\": 5 | network.heads | must divide network.width 64",
        "\"layers\": 2 | \"layers\": 0 | network.layers | must be an integer from 1",
        "\"ABC\" | \"ABA\" | network.alphabet | must not repeat",
        "\"ABC\" | \"A\uD83D\uDE00\" | network.alphabet | one UTF-16 unit",
        "\"cell\": 8 | \"cel\": 8 | network.cel | nearest is 'cell'",
        "\"decoder\": null, | \"decoder\": null, \"decoder\": null, | `` | must be one JSON object",
      })
  void refusesAViolation(String valid, String invalid, String key, String rule) {
    assertThat(BUILT_IN).as("the text to break").contains(valid);
    assertThatThrownBy(() -> read(BUILT_IN.replace(valid, invalid)))
        .as(invalid)
        .isInstanceOfSatisfying(
            PolicyDirectoryException.class, e -> assertThat(e.key()).as("key").isEqualTo(key))
        .hasMessageContaining("policy.json")
        .hasMessageContaining(rule);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0.18215 | 0 | decoder.scale | must not be 0",
        "0.18215 | 1e400 | decoder.scale | must be a finite number",
        "\"shift\": 0 | \"shift\": null | decoder.shift | must be a finite number",
        ", \"shift\": 0 | `` | decoder.shift | must be given",
        "vae/decoder.pt | vae/none.pt | decoder.file | must name a file",
        "}} | }, \"network\": {}} | network | only for a policy of type built-in",
        "[7, 16]} | [7, 16]}, {\"name\": \"text\", \"shape\": []} | conditioning[1].name | unique",
      })
  void refusesAViolationOfATorchScriptPolicy(
      String valid, String invalid, String key, String rule) {
    assertThatThrownBy(() -> read(TORCHSCRIPT.replace(valid, invalid)))
        .as(invalid)
        .isInstanceOfSatisfying(
            PolicyDirectoryException.class, e -> assertThat(e.key()).as("key").isEqualTo(key))
        .hasMessageContaining(rule);
  }

  @Test
  void refusesWhatIsNoPolicyDirectory() {
    assertThatThrownBy(() -> PolicyDirectory.read(directory.resolve("none")))
        .isInstanceOf(PolicyDirectoryException.class)
        .hasMessageContaining("no such directory");
    assertThatThrownBy(() -> PolicyDirectory.read(directory))
        .isInstanceOf(PolicyDirectoryException.class)
        .hasMessageContaining("must hold policy.json");
  }

  @Test
  void writesNothingThatItWouldNotRead() throws IOException {
    PolicySpec spec = read(BUILT_IN);
    PolicySpec bad =
        new PolicySpec(
            spec.type(),
            "../elsewhere",
            spec.latentShape(),
            spec.prediction(),
            spec.scheduler(),
            spec.conditioning(),
            spec.decoder(),
            spec.network());
    assertThatThrownBy(() -> PolicyDirectory.write(directory, bad))
        .isInstanceOf(PolicyDirectoryException.class);
    assertThat(PolicyDirectory.read(directory)).as("the earlier file stays").isEqualTo(spec);
  }
}
