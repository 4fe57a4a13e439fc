package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.job.audit.ParquetRows;

/**
 * One round of the command line with a policy of {@link GaussianData}. Two TorchScript rewards, an
 * image's mean and mean square, make the samples' moments visible in the audit.
 */
final class GaussianRun {

  /** D. */
  static final int ELEMENTS = 3 * 16 * 16;

  /** Shrinks latents so that images, cut to [0, 1], are cut 7 standard deviations away. */
  private static final int DECODER_SCALE = 4;

  private static final String DECODER =
      """
      def forward(self,
          latent: Tensor) -> Tensor:
        return torch.mul(latent, 1.)
      """;

  private static final String MEAN =
      """
      def forward(self,
          images: Tensor) -> Tensor:
        return torch.mean(images, [1, 2, 3])
      """;

  private static final String MEAN_SQUARE =
      """
      def forward(self,
          images: Tensor) -> Tensor:
        return torch.mean(torch.mul(images, images), [1, 2, 3])
      """;

  private final Path directory;
  private final String transition;
  private final double eta;

  GaussianRun(Path directory, String transition, double eta) throws IOException {
    this.directory = directory;
    this.transition = transition;
    this.eta = eta;
    boolean flow = !transition.equals("ddim");
    Files.createDirectories(directory.resolve("policy"));
    write("policy/network.pt", flow ? GaussianData.velocityPolicy() : GaussianData.epsilonPolicy());
    write("policy/decoder.pt", new ScriptModule("Decoder", DECODER));
    Files.writeString(
        directory.resolve("policy/policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 16, 16],
         "prediction": "%s", "conditioning": [],
         "decoder": {"file": "decoder.pt", "scale": %d, "shift": 0}}
        """
            .formatted(flow ? "flow-velocity" : "epsilon", DECODER_SCALE));
    write("mean.pt", meanReward());
    write("square.pt", new ScriptModule("Square", MEAN_SQUARE));
    Files.writeString(directory.resolve("prompts.jsonl"), "{\"id\": \"any\", \"text\": \"any\"}\n");
  }

  /** A reward: the mean of an image. */
  static ScriptModule meanReward() {
    return new ScriptModule("Mean", MEAN);
  }

  /** Trains one round on independent trees of one prompt with a fixed window. */
  void train(int branching, int width, int start, int trees) throws IOException {
    Path config = directory.resolve("gaussian.conf");
    Files.writeString(
        config,
        """
        treegrpo {
          seed = 11
          rounds = 1
          run-dir = "%1$s/run"
          policy { path = policy, guidance.scale = 1 }
          prompts { train = prompts.jsonl, evaluation = prompts.jsonl }
          sampler { steps = 10, schedule = linspace-shift, transition = %2$s, eta = %3$s }
          tree {
            branching = %4$d, width = %5$d, window { strategy = fixed, start = %6$d }
            trees-per-prompt = %7$d, prompts-per-round = 1, root-noise = independent, shares = 8
          }
          update.micro-batch = 64
          reward-workers.chunk-rows = 64
          rewards = [
            { name = mean, type = torchscript, time-limit-seconds = 3600, options.path = mean.pt }
            { name = square, type = torchscript, time-limit-seconds = 3600, options.path = square.pt }
          ]
          report.prompts = 0
          audit.every = 1
        }
        """
            .formatted(directory, transition, eta, branching, width, start, trees));
    CommandLineRun run = CommandLineRun.of(directory, "train", "--config", config.toString());
    assertThat(run.exitCode()).as("exit code of train, which said: %s", run.err()).isZero();
  }

  /** The leaves of the round, tree by tree, in path order. */
  List<List<Leaf>> trees() throws IOException {
    Map<Integer, List<Leaf>> trees = new LinkedHashMap<>();
    for (Group row : ParquetRows.read(directory.resolve("run/audit/round=000001/leaves.parquet"))) {
      trees.computeIfAbsent(row.getInteger("tree", 0), tree -> new ArrayList<>()).add(leaf(row));
    }
    return List.copyOf(trees.values());
  }

  /** Undoes image = (latent / scale + 1) / 2. */
  private static Leaf leaf(Group row) {
    double mean = row.getDouble("reward_mean", 0);
    double square = row.getDouble("reward_square", 0);
    double scale = 2 * DECODER_SCALE;
    return new Leaf(
        NodePath.parse(row.getString("path", 0)),
        scale * (mean - 0.5),
        scale * scale * (square - mean + 0.25));
  }

  private void write(String file, ScriptModule module) throws IOException {
    TorchScriptArchive.write(module, directory.resolve(file));
  }

  /**
   * A leaf's latent.
   *
   * @param mean over its elements
   * @param square mean over its elements of the square
   */
  record Leaf(NodePath path, double mean, double square) {

    /** Mean over the elements of the squared distance from {@code centre}. */
    double squaredDistance(double centre) {
      return square - 2 * centre * mean + centre * centre;
    }

    /** Window steps that this leaf's path and another's have in common. */
    int sharedDepth(Leaf other) {
      int depth = 0;
      while (depth < path.depth() && path.indices()[depth] == other.path.indices()[depth]) {
        depth++;
      }
      return depth;
    }
  }
}
