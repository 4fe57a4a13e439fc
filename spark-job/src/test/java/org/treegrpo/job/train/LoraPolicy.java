package org.treegrpo.job.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/**
 * A policy directory as an exporter writes it: a linear network on 3 x 8 x 12 latents with an
 * adapter of rank 2, alpha 4, whose up matrix is 0 at first. Trained with {@link #TRAINABLE}, its
 * other parameter is frozen.
 */
public final class LoraPolicy {

  public static final String TRAINABLE = "[\"*.lora_*\"]";
  public static final String DOWN = "transformer.to_q.lora_A.default.weight";
  public static final String UP = "transformer.to_q.lora_B.default.weight";

  private static final int ELEMENTS = 3 * 8 * 12;

  /** 20 MB, more than PolicyFile.LARGEST_SENT. */
  private static final int LARGE = 5_000_000;

  private static final String NETWORK =
      """
      def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        flat = torch.flatten(latent, 1)
        return torch.reshape((self.transformer).forward(flat, ), [-1, 3, 8, 12])
      """;

  private static final String TRANSFORMER =
      """
      def forward(self, x: Tensor) -> Tensor:
        return (self.to_q).forward(x, )
      """;

  private static final String ADAPTED =
      """
      def forward(self, x: Tensor) -> Tensor:
        low = torch.linear(x, self.lora_A.default.weight)
        change = torch.mul(torch.linear(low, self.lora_B.default.weight), 2.)
        return torch.add(torch.mul(x, torch.slice(self.base, 0, 0, 1)), change)
      """;

  private LoraPolicy() {}

  /** Writes the directory in the place of what is there. */
  public static void write(Path directory) throws IOException {
    write(directory, 1, NETWORK);
  }

  /** The same with another frozen parameter. */
  public static void writeOtherBase(Path directory) throws IOException {
    write(directory, 2, NETWORK);
  }

  /** The same with an archive that is not sent along with a job. */
  public static void writeLarge(Path directory) throws IOException {
    write(directory, LARGE, NETWORK);
  }

  /** A large one that does not return the shape of the latent. */
  public static void writeLargeBroken(Path directory) throws IOException {
    write(directory, LARGE, NETWORK.replace("[-1, 3, 8, 12]", "[-1, 3, 12, 8]"));
  }

  /**
   * @param frozen elements of the factor that is not trained, of which the first one counts
   */
  private static void write(Path directory, int frozen, String source) throws IOException {
    float[] down = new float[2 * ELEMENTS];
    new GaussianStream(7).fill(down, 0, down.length);
    for (int i = 0; i < down.length; i++) {
      down[i] *= 0.1f;
    }
    float[] base = new float[frozen];
    base[0] = 0.5f;
    ScriptModule adapted =
        new ScriptModule("Adapted", ADAPTED)
            .parameter("base", base, frozen)
            .child("lora_A", weight("Down", down, 2, ELEMENTS))
            .child("lora_B", weight("Up", new float[2 * ELEMENTS], ELEMENTS, 2));
    ScriptModule network =
        new ScriptModule("Network", source)
            .child(
                "transformer", new ScriptModule("Transformer", TRANSFORMER).child("to_q", adapted));
    TorchScriptArchive.write(network, directory.resolve("network.pt"));
    Files.writeString(
        directory.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [], "decoder": null,
         "lora": {"component": "transformer", "scale": {"to_q": 2.0}}}
        """);
  }

  private static ScriptModule weight(String name, float[] values, long... shape) {
    String source = "def forward(self, x: Tensor) -> Tensor:\n  return x";
    return new ScriptModule(name, source)
        .child(
            "default",
            new ScriptModule(name + "Weight", source).parameter("weight", values, shape));
  }
}
