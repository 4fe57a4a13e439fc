package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** A backward pass that computes activations again gives what one that has kept them gives. */
class CheckpointingTest {

  /**
   * The condition c goes through all segments unchanged; the first parameter is in the second
   * segment.
   */
  private static final String NETWORK =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor,
          a: Tensor) -> Tensor:
        c = torch.reshape(torch.sum(a, [1]), [-1, 1, 1, 1])
        h = torch.add(torch.mul(torch.sin(latent), self.first), c)
        k = torch.mul(torch.tanh(torch.add(h, c)), self.second)
        return torch.add(torch.mul(k, k), h)
      def segment_0(self,
          latent: Tensor,
          timestep: Tensor,
          a: Tensor) -> Tuple[Tensor, Tensor]:
        return (torch.sin(latent), torch.reshape(torch.sum(a, [1]), [-1, 1, 1, 1]))
      def segment_1(self,
          s: Tensor,
          c: Tensor) -> Tuple[Tensor, Tensor]:
        return (torch.add(torch.mul(s, self.first), c), c)
      def segment_2(self,
          h: Tensor,
          c: Tensor) -> Tuple[Tensor, Tensor]:
        return (torch.mul(torch.tanh(torch.add(h, c)), self.second), h)
      def segment_3(self,
          k: Tensor,
          h: Tensor) -> Tensor:
        return torch.add(torch.mul(k, k), h)
      """;

  @TempDir Path directory;

  private PolicySpec builtIn() throws IOException {
    PolicySpec spec = BuiltInPolicyTest.spec();
    PolicyDirectory.write(directory, spec);
    try (Policy policy = BuiltInPolicyTest.randomised();
        OutputStream out = Files.newOutputStream(directory.resolve(spec.file()))) {
      float[] weights = new float[policy.parameters().size()];
      policy.readWeights(weights);
      PolicyWeights.write(out, policy.parameters(), weights, Map.of());
    }
    return PolicyDirectory.read(directory);
  }

  private PolicySpec cut(int segments) throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", NETWORK)
            .parameter("first", new float[] {0.5f, -1.5f, 2}, 3, 1, 1)
            .parameter("second", new float[] {1.25f}, 1),
        directory.resolve("network.pt"));
    Files.writeString(
        directory.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [{"name": "a", "shape": [3]}],
         "decoder": null, "segments": %d}
        """
            .formatted(segments));
    return PolicyDirectory.read(directory);
  }

  private Policy open(PolicySpec spec, Checkpointing checkpointing) throws IOException {
    return Policies.open(
        spec,
        directory,
        new NetworkOptions(TrainableParameters.ALL, Device.cpu(), checkpointing, 4));
  }

  /** Outputs, predictions and gradients of two passes. */
  private static List<float[]> passes(Policy policy) {
    List<float[]> results = new ArrayList<>();
    for (int rows : new int[] {1, 5}) {
      PolicyBatch batch = BuiltInPolicyTest.batch(rows);
      float[] output = new float[rows * 288];
      try (Forward forward = policy.forward(batch)) {
        forward.output(output);
        forward.backward(BuiltInPolicyTest.noise(rows * 288, 13));
      }
      float[] predicted = new float[output.length];
      policy.predict(batch, predicted);
      float[] gradient = new float[policy.parameters().size()];
      policy.drainGradient(gradient);
      results.addAll(List.of(output, predicted, gradient));
    }
    return results;
  }

  private void requireSame(PolicySpec spec) throws IOException {
    try (Policy kept = open(spec, Checkpointing.OFF);
        Policy again = open(spec, Checkpointing.BLOCKS)) {
      List<float[]> expected = passes(kept);
      List<float[]> found = passes(again);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i))
            .as("result " + i + ", to the bit")
            .containsExactly(expected.get(i));
      }
      assertThat(expected.get(2)).as("a gradient").isNotEqualTo(new float[expected.get(2).length]);
    }
  }

  @Test
  void theBuiltInNetworkHasTheSameGradients() throws IOException {
    requireSame(builtIn());
  }

  @Test
  void soHasANetworkWhoseFirstSegmentIsNotTrained() throws IOException {
    requireSame(cut(4));
  }

  @Test
  void nothingIsLeftOpen() throws IOException {
    try (Policy policy = open(builtIn(), Checkpointing.BLOCKS)) {
      passes(policy);
      int before = TorchRuntime.openArrays();
      passes(policy);
      assertThat(TorchRuntime.openArrays()).as("native arrays").isEqualTo(before);
    }
  }

  @Test
  void aForwardOfOtherWeightsDoesNotGoBackEither() throws IOException {
    try (Policy policy = open(builtIn(), Checkpointing.BLOCKS);
        Forward forward = policy.forward(BuiltInPolicyTest.batch(1))) {
      policy.install(new float[policy.parameters().size()]);
      assertThatThrownBy(() -> forward.backward(new float[288]))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7})
  void segmentsThatAreNotTheArchivesAreTold(int segments) throws IOException {
    try (Policy policy = open(cut(segments), Checkpointing.BLOCKS)) {
      assertThatThrownBy(() -> policy.forward(BuiltInPolicyTest.batch(1)))
          .isInstanceOf(NetworkException.class)
          .hasMessageStartingWith("network.pt: ");
    }
  }
}
