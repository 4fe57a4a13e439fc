import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** Writes a small TorchScript policy for pictures of the spelling task: two convolutions. */
public final class ConvolutionalPolicy {

  private static final String NETWORK =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor) -> Tensor:
        t = torch.reshape(torch.div(timestep, 1000.), [-1, 1, 1, 1])
        x = torch.conv2d(torch.mul(latent, torch.add(t, 1.)), self.first, self.first_bias, [1, 1], [1, 1])
        return torch.conv2d(torch.tanh(x), self.second, self.second_bias, [1, 1], [1, 1])
      """;

  private ConvolutionalPolicy() {}

  /** The one argument is the directory to write. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    TorchScriptArchive.write(
        new ScriptModule("Convolutions", NETWORK)
            .parameter("first", values(8 * 3 * 9), 8, 3, 3, 3)
            .parameter("first_bias", values(8), 8)
            .parameter("second", values(3 * 8 * 9), 3, 8, 3, 3)
            .parameter("second_bias", values(3), 3),
        directory.resolve("network.pt"));
    Files.writeString(
        directory.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 24, 48],
         "prediction": "flow-velocity", "conditioning": [], "decoder": null}
        """);
  }

  private static float[] values(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.2f * (random.nextFloat() - 0.5f);
    }
    return values;
  }
}
