package org.treegrpo.job.benchmark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.Share;

/**
 * What the PyTorch loop is checked against beside the files of a run: the leaves of its rounds,
 * grown again from its checkpoints.
 */
final class LoopReferenceMain {

  private LoopReferenceMain() {}

  /**
   * Writes the loop's inputs, and {@code leaves-N.safetensors} for each round.
   *
   * @param args the checkout, the run directory of a quick start with {@link Bench#PLAIN} and a
   *     checkpoint a round, how many rounds, and a directory to write to; without any, prints the
   *     changes of the configuration
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      Bench.PLAIN.forEach(System.out::println);
      return;
    }
    Path run = Path.of(args[1]);
    int rounds = Integer.parseInt(args[2]);
    Path directory = Path.of(args[3]);
    Bench bench = new Bench(Path.of(args[0]), directory, 1, 1);
    try (QuickStartModel model = new QuickStartModel(bench)) {
      LoopInputs.write(model.recipe(), rounds, directory);
      for (int round = 1; round <= rounds; round++) {
        if (round > 1) {
          Path checkpoint = run.resolve("checkpoints/round-%06d".formatted(round - 1));
          model
              .policy()
              .install(
                  PolicyWeights.load(
                      checkpoint.resolve("policy.safetensors"), model.policy().parameters()));
        }
        write(leaves(model, round), directory.resolve("leaves-%d.safetensors".formatted(round)));
      }
    }
  }

  /** Leaf latents share by share, tree by tree. */
  private static List<float[]> leaves(QuickStartModel model, int round) {
    RoundPlan plan = model.recipe().plan(round);
    TreeGrower grower =
        new TreeGrower(model.denoiser(), model.recipe().sampler(), model.recipe().trees());
    List<float[]> leaves = new ArrayList<>();
    for (Share share : plan.shares()) {
      try (GrownShare grown = grower.grow(plan.key(), share.forest(), model.conditioning(plan))) {
        leaves.add(grown.leafLatents());
      }
    }
    return leaves;
  }

  private static void write(List<float[]> leaves, Path file) throws IOException {
    long elements = leaves.stream().mapToLong(part -> part.length).sum();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      SafetensorsWriter writer =
          new SafetensorsWriter(
              out,
              List.of(
                  new SafetensorsWriter.Declaration("leaves", DType.F32, new long[] {elements})),
              Map.of());
      for (float[] part : leaves) {
        writer.write("leaves", part, 0, part.length);
      }
      writer.finish();
    }
  }
}
