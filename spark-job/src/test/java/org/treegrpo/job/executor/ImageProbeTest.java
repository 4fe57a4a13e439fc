package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.job.metrics.ImageStatistics;

class ImageProbeTest {

  private static final int SIDE = 16;
  private static final int PATCH = 4;

  /** Channel, y, x. */
  private interface Picture {
    double at(int channel, int y, int x);
  }

  private static ImageProbe probe() {
    return new ImageProbe(
        new PolicySpec(
            PolicySpec.Type.BUILT_IN,
            "policy.safetensors",
            new LatentShape(3, SIDE, SIDE),
            Prediction.FLOW_VELOCITY,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.of(new PolicySpec.NetworkSpec(PATCH, 8, 1, 1, "a", 8))));
  }

  private static Images images(int side, Picture... pictures) {
    float[] pixels = new float[pictures.length * 3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      int row = i / (3 * side * side);
      pixels[i] = (float) pictures[row].at(i / (side * side) % 3, i / side % side, i % side);
    }
    return new Images(pictures.length, side, side, pixels);
  }

  private static ImageStatistics figures(Picture picture) {
    ImageProbe probe = probe();
    probe.add(images(SIDE, picture), 1);
    return probe.figures()[0];
  }

  @Test
  void aPlainSheetHasItsColourAndNothingElse() {
    ImageStatistics figures = figures((channel, y, x) -> List.of(0.9, 0.6, 0.5).get(channel));
    assertThat(figures.brightness())
        .as("brightness")
        .isCloseTo(0.299 * 0.9 + 0.587 * 0.6 + 0.114 * 0.5, within(1e-6));
    assertThat(figures.saturation()).as("saturation").isCloseTo(0.4, within(1e-6));
    for (String name : List.of("border_noise", "periodic", "high_frequency", "contrast", "edges")) {
      assertThat(figures.of(name)).as(name).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void aDotInEveryPatchIsPeriodicAndADotInOneIsNot() {
    Picture everywhere = (channel, y, x) -> y % PATCH == 1 && x % PATCH == 2 ? 0.9 : 0.5;
    Picture once = (channel, y, x) -> y == 5 && x == 6 ? 0.9 : 0.5;
    ImageStatistics dots = figures(everywhere);
    ImageStatistics dot = figures(once);
    assertThat(dots.periodic())
        .as("a pattern's fine detail is all periodic")
        .isCloseTo(dots.highFrequency(), within(0.005));
    assertThat(dot.periodic())
        .as("a dot is one of 16 patches: a quarter of its own detail's root mean square")
        .isCloseTo(dot.highFrequency() / 4, within(0.002));
  }

  @Test
  void noiseHasNoPeriod() {
    Random random = new Random(1);
    ImageStatistics noise = figures((channel, y, x) -> 0.5 + 0.1 * random.nextGaussian());
    assertThat(noise.periodic()).as("periodic").isLessThan(0.4 * noise.highFrequency());
    assertThat(noise.borderNoise()).as("noise of the paper").isCloseTo(0.1, within(0.02));
  }

  @Test
  void aStepIsOneEdgeARow() {
    ImageStatistics half = figures((channel, y, x) -> x < SIDE / 2 ? 0.2 : 0.8);
    assertThat(half.edges())
        .as("of the neighbours beside and below")
        .isCloseTo((double) SIDE / (2 * SIDE * (SIDE - 1)), within(1e-12));
    assertThat(half.contrast()).as("contrast").isCloseTo(0.3, within(1e-6));
  }

  /** The first image of each prompt; who measured which does not matter. */
  @Test
  void promptsAreComparedByTheirFirstImages() {
    Picture black = (channel, y, x) -> 0;
    Picture grey = (channel, y, x) -> 0.2;
    Picture white = (channel, y, x) -> 1;
    ImageProbe all = probe();
    all.add(images(SIDE, black, white, grey, white, white, black), 2);
    double expected = Math.sqrt((0.2 * 0.2 + 1 + 0.8 * 0.8) / 3);
    assertThat(all.sums().distance()).as("black, grey, white").isCloseTo(expected, within(1e-9));

    ImageProbe first = probe();
    first.add(images(SIDE, black, white), 2);
    ImageProbe second = probe();
    second.add(images(SIDE, grey, white, white, black), 2);
    assertThat(second.sums().plus(first.sums()).plus(PixelSums.NONE).distance())
        .as("by two, in another order")
        .isEqualTo(all.sums().distance());
    assertThat(first.sums().distance()).as("of one prompt").isNaN();
  }

  @Test
  void largeImagesAreAveragedDownToBeCompared() {
    int side = 192;
    ImageProbe probe = probe();
    probe.add(images(side, (channel, y, x) -> (x + y) % 2, (channel, y, x) -> 0.5), 1);
    assertThat(probe.sums().sums()).as("pooled pixels").hasSize(3 * 64 * 64);
    assertThat(probe.sums().distance())
        .as("nine pixels of a chequerboard are grey but for one of them")
        .isCloseTo(0.5 / 9, within(0.005));
  }
}
