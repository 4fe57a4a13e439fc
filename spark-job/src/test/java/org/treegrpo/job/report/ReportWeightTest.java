package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.Png;
import org.treegrpo.job.images.SampleSheet;
import org.treegrpo.job.metrics.RunFiles;

/** A page that a mail server lets through, whatever the run drew. */
class ReportWeightTest {
  private static final int SIZE = 256;
  private static final int PROMPTS = 110;

  @TempDir java.nio.file.Path directory;

  @Test
  void largePicturesAreMadeSmallerAndTheLastOnesLeftOut() throws IOException {
    FileSystem fs = FileSystem.getLocal(new Configuration());
    Path runDir = new Path(directory.resolve("large").toUri());
    BufferedImage noise = noise();
    sheet(0, noise).write(fs, runDir);
    sheet(5, noise).write(fs, runDir);
    for (int round = 1; round <= 5; round++) {
      tree(round, Png.base64(noise)).write(fs, runDir);
    }

    String html = RunFiles.readText(fs, ReportWriter.write(fs, runDir)).orElseThrow();
    Document page = Jsoup.parse(html);
    int pairs = page.select(".pair").size();

    assertThat(html.length()).as("noise, which no compression makes small").isLessThan(15_000_000);
    assertThat(pairs).as("the first pairs are there").isBetween(60, PROMPTS - 1);
    assertThat(page.text()).as("and it is said").contains(PROMPTS - pairs + " pairs are left out");
    assertThat(page.select(".tree:not([hidden])").eachAttr("data-round"))
        .as("the last tree is there")
        .containsExactly("5");
    assertThat(page.select(".explorer option").eachText()).as("the first too").contains("1", "5");
  }

  private static BufferedImage noise() {
    float[] pixels = new float[3 * SIZE * SIZE];
    Random random = new Random(3);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    return Png.image(pixels, 0, SIZE, SIZE);
  }

  private static ImageGrid sheet(int round, BufferedImage picture) {
    List<SampleSheet.Cell> cells =
        IntStream.range(0, PROMPTS)
            .mapToObj(i -> new SampleSheet.Cell("p" + i, "prompt " + i, 0, Map.of(), Map.of()))
            .toList();
    return ImageGrid.of(
        round, 10, cells, IntStream.range(0, PROMPTS).mapToObj(i -> picture).toList());
  }

  private static GrownTree tree(int round, String png) {
    List<GrownTree.Node> nodes = new ArrayList<>();
    GrownTree small = SyntheticRun.tree(round);
    small
        .nodes()
        .forEach(
            node ->
                nodes.add(
                    new GrownTree.Node(
                        node.path(),
                        node.depth(),
                        node.step(),
                        node.kind(),
                        node.advantage(),
                        node.reward(),
                        png)));
    return new GrownTree(round, "p", "prompt", 0, 3, 3, 3, 10, nodes);
  }
}
