package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.core.tensor.TorchScriptArchive;

/**
 * Networks whose parameters do not lie in memory as the flat vector does: transposed (as a
 * channels_last convolution is), and one tensor under two names.
 */
class ParameterMemoryTest {

  /** out = latent times a 2 x 3 matrix's column sums and a row's: [sum of row 0, sum of row 1]. */
  private static final String ROWS =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor) -> Tensor:
        rows = torch.reshape(torch.sum(self.matrix, [1]), [1, 2, 1, 1])
        return torch.add(torch.mul(latent, rows), self.bias)
      """;

  @TempDir Path directory;

  private Path archive;

  @BeforeEach
  void describe() throws IOException {
    archive = directory.resolve("network.pt");
    Files.writeString(
        directory.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [2, 1, 1],
         "prediction": "flow-velocity", "conditioning": [], "decoder": null}
        """);
  }

  @Test
  void weightsAreReadFromTheFileAsLibtorchReadsThem() throws IOException {
    writeTransposed();
    PolicySpec spec = PolicyDirectory.read(directory);
    float[] loaded = new float[7];
    try (Policy policy = open()) {
      policy.readWeights(loaded);
    }
    assertThat(
            Policies.weights(
                spec, directory, TrainableParameters.ALL.of(Policies.parameters(spec, directory))))
        .as("row-major, however they lie")
        .isEqualTo(loaded)
        .containsExactly(1, 3, 5, 2, 4, 6, 0.5f);
  }

  private Policy open() throws IOException {
    return Policies.open(PolicyDirectory.read(directory), directory, NetworkOptions.CPU);
  }

  private static float[] predict(Policy policy) {
    float[] output = new float[2];
    PolicyBatch ones =
        new PolicyBatch(
            1, new float[] {1, 1}, new float[] {500}, List.of(new Conditioning(List.of())));
    policy.predict(ones, output);
    return output;
  }

  private static float[] gradient(Policy policy) {
    PolicyBatch batch =
        new PolicyBatch(
            1, new float[] {1, 10}, new float[] {500}, List.of(new Conditioning(List.of())));
    try (Forward forward = policy.forward(batch)) {
      forward.backward(new float[] {1, 1});
    }
    float[] gradient = new float[policy.parameters().size()];
    policy.drainGradient(gradient);
    return gradient;
  }

  private void writeTransposed() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Rows", ROWS)
            .parameter("matrix", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .parameter("bias", new float[] {0.5f}, 1),
        archive);
    // The six values now lie column by column: rows (1, 3, 5) and (2, 4, 6).
    EditedArchive.restride(archive, new int[] {3, 1}, 1, 2);
  }

  @Test
  void weightsOfATransposedParameterAreInstalled() throws IOException {
    writeTransposed();
    try (Policy policy = open()) {
      float[] weights = new float[7];
      policy.readWeights(weights);
      assertThat(weights).as("row-major").containsExactly(1, 3, 5, 2, 4, 6, 0.5f);
      policy.install(new float[] {10, 20, 30, 1, 2, 3, 0});
      assertThat(predict(policy)).as("what the network then computes").containsExactly(60, 6);
      policy.readWeights(weights);
      assertThat(weights).as("read back").containsExactly(10, 20, 30, 1, 2, 3, 0);
    }
  }

  @Test
  void theGradientOfATransposedParameterIsInTheOrderOfItsWeights() throws IOException {
    writeTransposed();
    try (Policy policy = open()) {
      assertThat(gradient(policy))
          .as("latent 1 for the first row, 10 for the second, 2 pixels for the bias")
          .containsExactly(1, 1, 1, 10, 10, 10, 2);
    }
  }

  @Test
  void installingReadingAndDrainingATransposedParameterLeavesNoArrayOpen() throws IOException {
    writeTransposed();
    try (Policy policy = open()) {
      float[] weights = new float[7];
      gradient(policy);
      int open = TorchRuntime.openArrays();
      for (int i = 0; i < 5; i++) {
        policy.install(weights);
        policy.readWeights(weights);
        gradient(policy);
      }
      assertThat(TorchRuntime.openArrays()).as("open native arrays").isEqualTo(open);
    }
  }

  @Test
  void openingANetworkLeavesItsWeightsAsTheyAre() throws IOException {
    float[] matrix = {1, 2, 3, 4, 5, 6};
    TorchScriptArchive.write(
        new ScriptModule("Rows", ROWS)
            .parameter("matrix", matrix, 2, 3)
            .parameter("bias", new float[] {-2}),
        archive);
    try (Policy policy = open()) {
      float[] weights = new float[7];
      policy.readWeights(weights);
      assertThat(weights).as("as in the archive").containsExactly(1, 2, 3, 4, 5, 6, -2);
    }
  }

  /** first and second are one tensor: out = latent (first + 2 second). */
  private void writeTied() throws IOException {
    String network =
        """
        def forward(self,
            latent: Tensor,
            timestep: Tensor) -> Tensor:
          both = torch.add(self.first, torch.mul(self.second, 2.))
          return torch.mul(latent, torch.reshape(both, [1, 2, 1, 1]))
        """;
    TorchScriptArchive.write(
        new ScriptModule("Tied", network)
            .parameter("first", new float[] {3, 4}, 2)
            .parameter("second", new float[] {7, 8}, 2)
            .parameter("other", new float[] {7, 8}, 2),
        archive);
    EditedArchive.tie(archive, "second", "other");
  }

  @Test
  void tiedParametersAreTrainedAsOne() throws IOException {
    writeTied();
    try (Policy policy = open()) {
      assertThat(policy.parameters().entries())
          .as("equal values alone do not tie")
          .extracting(ParameterLayout.Entry::name)
          .containsExactly("first", "other");
      policy.install(new float[] {1, 2, 0, 0});
      assertThat(predict(policy)).as("both names have the new weights").containsExactly(3, 6);
      assertThat(gradient(policy))
          .as("the gradients of both uses add up")
          .containsExactly(3, 30, 0, 0);
    }
  }
}
