package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

/** The shipped diffusion base: it draws by DDIM and trains through the same trees as a flow. */
class DiffusionRunTest {

  private static final Path CONFIGURATION = Path.of("..", "conf", "quickstart-diffusion.conf");

  @TempDir private Path directory;

  private List<RoundMetrics> train(String master, String name) throws IOException {
    Path target = directory.resolve(name);
    TrainSettings settings =
        new SettingsLoader(reward -> List.of())
            .load(
                CONFIGURATION,
                List.of(
                    "treegrpo.run-dir=" + target,
                    "treegrpo.rounds=2",
                    "treegrpo.tree.prompts-per-round=2",
                    "treegrpo.tree.shares=2",
                    "treegrpo.tree.width=2",
                    "treegrpo.rewards=[{name=size, type=jpeg-compressibility}]",
                    "treegrpo.evaluation.prompts=2",
                    "treegrpo.audit.every=0",
                    "treegrpo.checkpoint.every=0"),
                Use.TRAIN);
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    TrainingRun.train(settings, TinyRun.spark(master), new Configuration(), quiet);
    RunDirectory run = RunDirectory.of(target.toString(), new Configuration());
    return MetricsLog.open(run.fs(), run.root()).rounds();
  }

  @Test
  void trainsToTheSameWeightsOnOneAndTwoTasks() throws IOException {
    List<RoundMetrics> rounds = train("local[1]", "one");
    assertThat(rounds)
        .as("weights of every round")
        .extracting(RoundMetrics::weightsSha256)
        .hasSize(2)
        .doesNotHaveDuplicates();
    assertThat(rounds)
        .allSatisfy(
            metrics -> {
              assertThat(metrics.ratioMaxDeviation()).as("every first rho is 1").isZero();
              assertThat(metrics.gradientNorm()).as("there is a learning signal").isPositive();
              assertThat(metrics.edges()).as("two trees of 3 + 9 edges").isEqualTo(24);
            });
    assertThat(train("local[2]", "two"))
        .as("two tasks")
        .extracting(RoundMetrics::weightsSha256)
        .isEqualTo(rounds.stream().map(RoundMetrics::weightsSha256).toList());
  }

  /** Ink on paper, so that a broken noise schedule shows: noise has no two peaks. */
  @Test
  void theBaseDrawsDarkInkOnLightPaper() throws IOException {
    Path picture = directory.resolve("cat.png");
    CommandLineRun.of(
            directory, "sample", "--config=" + CONFIGURATION, "--prompt=cat", "--out=" + picture)
        .assertDone();
    assertThat(Files.size(picture)).as("bytes").isPositive();
    BufferedImage image = ImageIO.read(picture.toFile());
    int pixels = image.getWidth() * image.getHeight();
    int light = 0;
    int dark = 0;
    for (int i = 0; i < pixels; i++) {
      int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      int sum = (rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff);
      light += sum > 3 * 150 ? 1 : 0;
      dark += sum < 3 * 110 ? 1 : 0;
    }
    assertThat((double) light / pixels).as("share of paper").isBetween(0.45, 0.9);
    assertThat((double) dark / pixels).as("share of ink").isBetween(0.08, 0.5);
    assertThat((double) (light + dark) / pixels).as("in all").isCloseTo(1, within(0.2));
  }
}
