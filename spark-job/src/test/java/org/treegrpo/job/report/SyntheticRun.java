package org.treegrpo.job.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.GrownTree.Kind;
import org.treegrpo.job.images.GrownTree.Node;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.Png;
import org.treegrpo.job.images.SampleSheet;
import org.treegrpo.job.metrics.MetricsFixtures;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;

/** A run directory as a run of 30 rounds leaves it, with pictures of stripes instead of words. */
final class SyntheticRun {
  static final int ROUNDS = 30;
  private static final List<String> WORDS =
      List.of("<b>&'x", "lamp", "river", "stone", "cloud", "mint", "horse", "bread");

  private SyntheticRun() {}

  static void write(FileSystem fs, Path runDir) throws IOException {
    RunLayout layout = new RunLayout(runDir);
    StringBuilder rounds = new StringBuilder();
    StringBuilder evaluations = new StringBuilder();
    for (int round = 0; round <= ROUNDS; round++) {
      if (round > 0) {
        rounds.append(RunJson.line(MetricsFixtures.round(round))).append('\n');
      }
      if (round % 10 == 0) {
        evaluations.append(RunJson.line(MetricsFixtures.evaluation(round))).append('\n');
        sheet(round).write(fs, runDir);
      }
    }
    RunFiles.write(fs, layout.metrics(), rounds.toString());
    RunFiles.write(fs, layout.evaluations(), evaluations.toString());
    tree(ROUNDS).write(fs, runDir);
    RunFiles.write(
        fs, layout.run(), "{\"seed\": 7, \"task_slots\": 2, \"versions\": {\"spark\": \"4.2.0\"}}");
    RunFiles.write(
        fs,
        layout.config(),
        "treegrpo { tree { branching = 3, width = 3 }, sampler { steps = 10 }\n"
            + "  method = \"<treegrpo>\" }");
    RunResult.BeforeAfter evaluation =
        new RunResult.BeforeAfter(
            MetricsFixtures.evaluation(0), MetricsFixtures.evaluation(ROUNDS));
    RunResult result =
        new RunResult(
            RunResult.Status.COMPLETED,
            ROUNDS,
            321,
            evaluation,
            "round-000030",
            "ab".repeat(32),
            "rounds",
            null);
    RunFiles.write(fs, layout.result(), RunJson.pretty(result));
  }

  private static ImageGrid sheet(int round) {
    List<SampleSheet.Cell> cells = new ArrayList<>();
    List<BufferedImage> images = new ArrayList<>();
    for (int i = 0; i < WORDS.size(); i++) {
      boolean right = round > 0 ? i != 3 : i == 1;
      Map<String, Double> scores = new LinkedHashMap<>();
      scores.put("ocr", right ? 0.9 : 0.4); // a probability: no score says what was read right
      scores.put("other", right ? 1.0 : 0.2);
      Map<String, String> read = new LinkedHashMap<>();
      read.put("ocr", right ? WORDS.get(i) : "w0rd\0\u001b");
      read.put("other", right ? WORDS.get(i) : "");
      cells.add(new SampleSheet.Cell("p-" + i, WORDS.get(i), 0, scores, read));
      images.add(picture(i, right ? 0.1f : 0.7f));
    }
    return ImageGrid.of(round, 4, cells, images);
  }

  static GrownTree tree(int round) {
    List<Node> nodes = new ArrayList<>();
    String png = Png.base64(picture(1, 0.8f));
    nodes.add(new Node("", 0, 3, Kind.ROOT, Double.NaN, Double.NaN, png));
    grow(nodes, "", 0, new Random(5));
    return new GrownTree(round, "p-1", "l<a>mp", 0, 3, 3, 3, 10, nodes);
  }

  private static double grow(List<Node> nodes, String path, int depth, Random random) {
    double sum = 0;
    for (int child = 0; child < 3; child++) {
      String longer = path.isEmpty() ? "" + child : path + "." + child;
      double advantage;
      if (depth == 2) {
        advantage = random.nextGaussian();
        String png = Png.base64(picture(1, 0.2f + 0.1f * child));
        boolean masked = longer.equals("0.1.1");
        double recorded = masked ? Double.NaN : advantage;
        nodes.add(new Node(longer, 3, 10, Kind.LEAF, recorded, 0.5 + recorded / 6, png));
      } else {
        int place = nodes.size();
        advantage = grow(nodes, longer, depth + 1, random);
        String png = Png.base64(picture(1, 0.6f - 0.2f * depth));
        nodes.add(
            place, new Node(longer, depth + 1, 4 + depth, Kind.INNER, advantage, Double.NaN, png));
      }
      sum += advantage / 3;
    }
    return sum;
  }

  /** Stripes under noise. */
  private static BufferedImage picture(int seed, float noise) {
    Random random = new Random(seed);
    int height = 16;
    int width = 32;
    float[] pixels = new float[3 * height * width];
    for (int i = 0; i < pixels.length; i++) {
      int row = i / width % height;
      boolean ink = (i % width + seed) % 8 < 3 && row > 3 && row < 13;
      pixels[i] = (ink ? 0.1f : 0.95f) * (1 - noise) + noise * random.nextFloat();
    }
    return Png.image(pixels, 0, height, width);
  }
}
