package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** A network with a parameter that requires no gradient: out = latent matrix-sum gain. */
class FrozenParameterTest {

  private static final String NETWORK =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor) -> Tensor:
        return torch.mul(torch.mul(latent, torch.sum(self.matrix)), self.gain)
      """;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(
        directory.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [2, 1, 1],
         "prediction": "flow-velocity", "conditioning": [], "decoder": null}
        """);
    Path archive = directory.resolve("network.pt");
    TorchScriptArchive.write(
        new ScriptModule("Network", NETWORK)
            .parameter("matrix", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .parameter("gain", new float[] {0.5f}, 1),
        archive);
    EditedArchive.freeze(archive, 3, 1);
  }

  @Test
  void onlyWhatRequiresAGradientIsTrained() throws IOException {
    try (Policy policy =
        Policies.open(PolicyDirectory.read(directory), directory, NetworkOptions.CPU)) {
      assertThat(policy.parameters().entries())
          .as("neither stepped nor decayed: a frozen parameter is not in the vector")
          .extracting(ParameterLayout.Entry::name)
          .containsExactly("gain");
      policy.install(new float[] {2});
      PolicyBatch batch =
          new PolicyBatch(
              1, new float[] {1, 10}, new float[] {500}, List.of(new Conditioning(List.of())));
      float[] output = new float[2];
      float[] gradient = new float[1];
      try (Forward forward = policy.forward(batch)) {
        forward.output(output);
        forward.backward(new float[] {1, 1});
      }
      policy.drainGradient(gradient);
      assertThat(output).as("it keeps its values, and counts").containsExactly(42, 420);
      assertThat(gradient).as("21 (1 + 10)").containsExactly(231);
    }
  }

  @Test
  void aPatternChoosesAmongThoseThatRequireAGradient() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", NETWORK)
            .parameter("matrix", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .parameter("gain", new float[] {0.5f}, 1),
        directory.resolve("network.pt"));
    try (Policy policy =
        Policies.open(
            PolicyDirectory.read(directory),
            directory,
            new NetworkOptions(
                new TrainableParameters(List.of("ga*")), Device.cpu(), Checkpointing.OFF, 1))) {
      assertThat(policy.parameters().entries())
          .as("what matches")
          .extracting(ParameterLayout.Entry::name)
          .containsExactly("gain");
      PolicyBatch batch =
          new PolicyBatch(
              1, new float[] {1, 10}, new float[] {500}, List.of(new Conditioning(List.of())));
      float[] gradient = new float[1];
      try (Forward forward = policy.forward(batch)) {
        forward.backward(new float[] {1, 1});
      }
      policy.drainGradient(gradient);
      assertThat(gradient).as("21 (1 + 10)").containsExactly(231);
    }
  }

  @Test
  void aFrozenFloat16WeightIsUsedAsItIs() throws IOException {
    String network =
        """
        def forward(self,
            latent: Tensor,
            timestep: Tensor) -> Tensor:
          rows = torch.to(torch.flatten(torch.mul(latent, self.gain), 1), 5)
          mixed = torch.to(torch.matmul(rows, self.matrix), 6)
          return torch.reshape(mixed, torch.size(latent))
        """;
    Path archive = directory.resolve("network.pt");
    TorchScriptArchive.write(
        new ScriptModule("Network", network)
            .parameter("matrix", new float[] {1, 2, 0.5f, -4}, 2, 2)
            .parameter("gain", new float[] {0.5f}, 1),
        archive);
    EditedArchive.freeze(archive, 2, 1);
    EditedArchive.halve(archive);
    assertThat(NetworkFile.parameters(archive))
        .extracting(ArchiveHeader.Parameter::type)
        .containsExactly("float16", "float32");
    try (Policy policy =
        Policies.open(PolicyDirectory.read(directory), directory, NetworkOptions.CPU)) {
      PolicyBatch batch =
          new PolicyBatch(
              1, new float[] {1, 10}, new float[] {500}, List.of(new Conditioning(List.of())));
      float[] output = new float[2];
      float[] gradient = new float[1];
      try (Forward forward = policy.forward(batch)) {
        forward.output(output);
        forward.backward(new float[] {1, 2});
      }
      policy.drainGradient(gradient);
      assertThat(output).as("0.5 (1 + 5), 0.5 (2 - 40)").containsExactly(3, -19);
      assertThat(gradient).as("6 - 2 * 38").containsExactly(-70);
      policy.install(new float[] {0.25f});
      float[] moved = new float[2];
      policy.predict(batch, moved);
      assertThat(moved).as("after a step of the gain").containsExactly(1.5f, -9.5f);
    }
  }
}
