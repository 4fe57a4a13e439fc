package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** Policy directories and networks that cannot be used, seen from the command line. */
class BadPolicyTest {

  private static final String PLAIN =
      """
      def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        return torch.mul(latent, self.gain)
      """;

  @TempDir Path directory;
  private Inputs inputs;
  private Path description;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    description = inputs.file("policy/policy.json");
  }

  private void torchScript(String source, float gain) throws IOException {
    inputs.write(
        "policy/policy.json",
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [], "decoder": null}
        """);
    archive("network.pt", source, gain);
  }

  private void archive(String name, String source, float gain) throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", source).parameter("gain", new float[] {gain}, 1),
        inputs.file("policy/" + name));
  }

  private void withDecoder() throws IOException {
    inputs.edit(
        "policy/policy.json",
        "\"decoder\": null",
        "\"decoder\": {\"file\": \"vae.pt\", \"scale\": 1, \"shift\": 0}");
  }

  /** A flow and a diffusion have no step in common. */
  @Test
  void aTransitionOfTheOtherFamilyIsRefused() throws IOException {
    inputs
        .train("sampler.transition=ddim", "sampler.eta=1")
        .assertRefused(
            "treegrpo.sampler.transition: 'ddim' does not go with a policy whose prediction is"
                + " 'flow-velocity'; use cps or dance-sde or flow-sde");
    inputs.edit("policy/policy.json", "flow-velocity", "epsilon");
    inputs
        .train()
        .assertRefused(
            "treegrpo.sampler.transition: 'flow-sde' does not go with a policy whose prediction is"
                + " 'epsilon'; use ddim");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "type" :          | "typ" :              | typ is not a known key, the nearest is 'type'; found
          "built-in"        | "onnx"               | type must be 'built-in' or 'torchscript'; found 'onnx'
          "policy.safetensors" | "../x.safetensors" | file must be a relative path that stays inside the directory; found '../x.safetensors'
          "policy.safetensors" | "/etc/passwd"      | file must be a relative path that stays inside the directory; found '/etc/passwd'
          "policy.safetensors" | "a\\u0000b"        | file must be a relative path that stays inside the directory
          "policy.safetensors" | "sub/w"            | file must name a file of the directory
          "flow-velocity"   | "velocity"           | prediction must be one of
          "heads" : 2       | "heads" : 3          | network.heads must divide network.width 16; found 3
          {                 | {{                   | must be one JSON object
          """)
  void aBadDescriptionIsNamedWithItsRule(String part, String replacement, String message)
      throws IOException {
    inputs.edit("policy/policy.json", part, replacement);
    inputs.train().assertRefused(description + ": " + message);
  }

  @ParameterizedTest
  @CsvSource({"policy/none", "run.conf"})
  void aDirectoryThatIsNoneIsNamedWithItsKey(String name) throws IOException {
    inputs
        .train("policy.path=" + inputs.file(name))
        .assertRefused("treegrpo.policy.path: " + inputs.file(name), "no directory");
  }

  @Test
  void aDirectoryWithoutADescriptionIsNamed() throws IOException {
    Files.delete(description);
    inputs.train().assertRefused(inputs.file("policy") + ": must hold policy.json");
  }

  @Test
  void aDescriptionThatIsNotUtf8IsNamed() throws IOException {
    Files.write(description, new byte[] {'{', (byte) 0xff, '}'});
    inputs.train().assertRefused(description + ": must be UTF-8");
  }

  @ParameterizedTest
  @CsvSource({"not an archive", "''"})
  void aNetworkThatIsNoArchiveIsNamed(String content) throws IOException {
    torchScript(PLAIN, 1);
    inputs.write("policy/network.pt", content);
    inputs
        .train()
        .assertRefused(inputs.file("policy/network.pt") + ": must be a TorchScript archive");
  }

  @Test
  void aCutNetworkIsNamed() throws IOException {
    torchScript(PLAIN, 1);
    byte[] bytes = Files.readAllBytes(inputs.file("policy/network.pt"));
    Files.write(inputs.file("policy/network.pt"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
    inputs
        .train()
        .assertRefused(inputs.file("policy/network.pt") + ": must be a TorchScript archive");
  }

  @Test
  void aDecoderThatIsNoArchiveIsNamed() throws IOException {
    torchScript(PLAIN, 1);
    withDecoder();
    inputs.write("policy/vae.pt", "not an archive");
    inputs.train().assertRefused(inputs.file("policy/vae.pt") + ": must be a TorchScript archive");
  }

  @Test
  void aDecoderThatReturnsNoImageIsNamed() throws IOException {
    torchScript(PLAIN, 1);
    withDecoder();
    archive("vae.pt", "def forward(self, x: Tensor) -> Tensor:\n  return torch.sum(x, [1])", 1);
    inputs.train().assertRefused("vae.pt: forward of the decoder must return (2, 3, H, W)");
  }

  @Test
  void aWeightThatIsNoNumberIsNamed() throws IOException {
    torchScript(PLAIN, Float.NaN);
    inputs
        .train()
        .assertRefused(
            inputs.file("policy/network.pt") + ": parameter 'gain' must hold finite values only",
            "found NaN at element 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "plan"})
  void aNetworkWithNothingToTrainIsFoundBeforeTheRun(String command) throws IOException {
    torchScript(PLAIN, 1);
    TorchScriptArchive.write(
        new ScriptModule("Network", PLAIN).buffer("gain", new float[] {1}, 1),
        inputs.file("policy/network.pt"));
    inputs
        .command(inputs.arguments(command))
        .assertRefused(
            "treegrpo.policy.path = " + inputs.file("policy"),
            "must have at least one parameter to train; none of network.pt requires a gradient");
  }

  @Test
  void aNetworkWithNothingToTrainCanBeEvaluated() throws IOException {
    torchScript(PLAIN, 1);
    TorchScriptArchive.write(
        new ScriptModule("Network", PLAIN).buffer("gain", new float[] {1}, 1),
        inputs.file("policy/network.pt"));
    inputs.command(inputs.arguments("evaluate")).assertDone();
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          t: Tensor            | torch.slice(latent, 2, 0, 4) | must return the shape of the latent, (2, 3, 8, 12); found (2, 3, 4, 12)
          t: Tensor            | torch.to(latent, 7)          | must return one float32 tensor; found (float64 (2, 3, 8, 12))
          t: Tensor            | torch.log(torch.neg(torch.abs(latent))) | must return finite values; found NaN
          t: Tensor            | torch.reshape(latent, [1, 3, 8, 12]) | must take (float32 (2, 3, 8, 12), float32 (2))
          t: Tensor, c: Tensor | latent                       | must take (float32 (2, 3, 8, 12), float32 (2))
          """)
  void aNetworkThatBreaksItsContractIsFoundBeforeTheRun(
      String inputsOfForward, String result, String message) throws IOException {
    torchScript(
        "def forward(self, latent: Tensor, %s) -> Tensor:\n  return %s"
            .formatted(inputsOfForward, result),
        1);
    inputs.train().assertRefused("network.pt: forward " + message);
  }

  /**
   * The loop has an end, so that nothing of it is left after the tests, but not within a second.
   */
  @Test
  void aNetworkThatDoesNotComeBackIsGivenUp() throws IOException {
    torchScript(
        """
        def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
          x = torch.mul(latent, self.gain)
          for i in range(3000000):
            x = torch.cos(x)
          return x
        """,
        1);
    inputs
        .train("policy.probe-timeout-seconds=1")
        .assertRefused(
            "treegrpo.policy.probe-timeout-seconds: 1 must be enough for one forward pass",
            inputs.file("policy") + "");
  }

  @Test
  void aRewardThatIsNoArchiveIsNamed() throws IOException {
    inputs.write("reward.pt", "not an archive");
    inputs
        .train(
            "rewards=[{ name = mine, type = torchscript, options { path = \"%s\" } }]"
                .formatted(inputs.file("reward.pt")))
        .assertRefused("reward 'mine': " + inputs.file("reward.pt"), "not a TorchScript archive");
  }

  @Test
  void aRewardThatReturnsNoScoresIsFoundBeforeTheRun() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Reward", "def forward(self, images: Tensor) -> Tensor:\n  return images"),
        inputs.file("reward.pt"));
    inputs
        .train(
            "rewards=[{ name = mine, type = torchscript, options { path = \"%s\" } }]"
                .formatted(inputs.file("reward.pt")))
        .assertRefused(
            "reward 'mine': forward returned 1 tensors", "needs one float32 of shape (2)");
  }

  @Test
  void anArchiveIsCodeThatMayWriteFiles() throws IOException {
    Path written = inputs.file("written by the policy");
    torchScript(
        """
        %s
          side = torch.from_file("%s", True, 4, dtype=6, layout=None, device=None, pin_memory=None)
          return torch.add(torch.mul(latent, self.gain), torch.mul(torch.sum(side), 0))
        """
            .formatted(PLAIN.lines().findFirst().orElseThrow(), written),
        1);
    assertThat(written).as("before").doesNotExist();
    inputs.command(inputs.arguments("plan")).assertDone();
    assertThat(written).as("a plan reads headers").doesNotExist();
    inputs.train("rounds=1").assertDone();
    assertThat(written)
        .as("docs/SECURITY.md says that no command protects from an archive; change both together")
        .hasSize(16);
  }

  @Test
  void segmentsThatAreNotTheNetworkAreFoundBeforeTheRun() throws IOException {
    torchScript(
        """
        def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
          return torch.mul(latent, self.gain)
        def segment_0(self, latent: Tensor, timestep: Tensor) -> Tuple[Tensor]:
          return (torch.mul(latent, self.gain), )
        def segment_1(self, latent: Tensor) -> Tensor:
          return torch.mul(latent, self.gain)
        """,
        2);
    inputs.edit("policy/policy.json", "\"decoder\": null", "\"decoder\": null, \"segments\": 2");
    inputs.train("rounds=1").assertDone();
    inputs
        .train("rounds=1", "run-dir=" + inputs.file("blocks"), "update.checkpointing=blocks")
        .assertRefused("network.pt: its segments must compute what forward computes");
  }
}
