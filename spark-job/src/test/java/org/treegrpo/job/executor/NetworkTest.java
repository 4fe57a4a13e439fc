package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.TinyRun;

class NetworkTest {

  private static final String POLICY =
      """
      {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
       "prediction": "flow-velocity", "conditioning": [],
       "decoder": {"file": "decoder.pt", "scale": 1, "shift": 0}}
      """;

  @TempDir Path directory;

  private static void writeNetwork(Path policy) throws IOException {
    String source =
        "def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:\n  return latent";
    TorchScriptArchive.write(
        new ScriptModule("Network", source).parameter("unused", new float[1], 1),
        policy.resolve("network.pt"));
  }

  @Test
  void aDecoderThatCannotBeOpenedLeavesNoNetworkOpen() throws IOException {
    Path policy = directory.resolve("policy");
    Path config = new TinyRun(directory).configFile("run");
    Files.writeString(policy.resolve("policy.json"), POLICY);
    writeNetwork(policy);
    Files.writeString(policy.resolve("decoder.pt"), "no archive");
    TrainSettings settings =
        new SettingsLoader(reward -> List.of())
            .load(config, List.of("treegrpo.policy.guidance.scale=1"), Use.SAMPLE);
    try (Recipe recipe =
        new Recipe(settings, policy, new Configuration(), new byte[0], new byte[0])) {
      TorchRuntime.configureThread();
      int before = TorchRuntime.openArrays();
      assertThatThrownBy(() -> Network.open(recipe, policy, Device.cpu()))
          .hasMessageContaining("decoder.pt");
      assertThat(TorchRuntime.openArrays()).as("open native arrays").isEqualTo(before);
    }
  }

  @Test
  void theDecoderHasABatchOfItsOwn() throws IOException {
    Path policy = directory.resolve("policy");
    Path config = new TinyRun(directory).configFile("run");
    Files.writeString(policy.resolve("policy.json"), POLICY);
    writeNetwork(policy);
    String source =
        "def forward(self, z: Tensor) -> Tensor:\n  return torch.div(torch.add(torch.mul(z, 0), torch.size(z, 0)), 8)";
    TorchScriptArchive.write(new ScriptModule("Decoder", source), policy.resolve("decoder.pt"));
    assertThat(batches(config, policy, "treegrpo.policy.decode-batch=2"))
        .as("latents that each of five was decoded with")
        .containsExactly(2, 2, 2, 2, 1);
    assertThat(batches(config, policy, "treegrpo.policy.decode-batch=0"))
        .as("as many as rows of the network")
        .containsExactly(3, 3, 3, 2, 2);
  }

  private static int[] batches(Path config, Path policy, String override) throws IOException {
    TrainSettings settings =
        new SettingsLoader(reward -> List.of())
            .load(
                config,
                List.of(
                    "treegrpo.policy.guidance.scale=1", "treegrpo.update.micro-batch=3", override),
                Use.SAMPLE);
    int elements = 3 * 8 * 12;
    try (Recipe recipe =
            new Recipe(settings, policy, new Configuration(), new byte[0], new byte[0]);
        Network network = Network.open(recipe, policy, Device.cpu())) {
      float[] pixels = network.decoder().decode(5, new float[5 * elements]).pixels();
      return IntStream.range(0, 5)
          .map(row -> Math.round(8 * (2 * pixels[row * elements] - 1)))
          .toArray();
    }
  }
}
