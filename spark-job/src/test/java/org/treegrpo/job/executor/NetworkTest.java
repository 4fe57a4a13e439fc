package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @TempDir Path directory;

  @Test
  void aDecoderThatCannotBeOpenedLeavesNoNetworkOpen() throws IOException {
    Path policy = directory.resolve("policy");
    Path config = new TinyRun(directory).configFile("run");
    Files.writeString(
        policy.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [],
         "decoder": {"file": "decoder.pt", "scale": 1, "shift": 0}}
        """);
    String source =
        "def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:\n  return latent";
    TorchScriptArchive.write(
        new ScriptModule("Network", source).parameter("unused", new float[1], 1),
        policy.resolve("network.pt"));
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
}
