package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HeldOutMeanTest {

  private static final double NAN = Double.NaN;

  @Test
  void imagesOfOnePromptAreNoIndependentWitnesses() {
    double[] prompts = {0.1, 0.4, 0.7, 0.9};
    double[] repeated = {0.1, 0.1, 0.1, 0.4, 0.4, 0.4, 0.7, 0.7, 0.7, 0.9, 0.9, 0.9};
    double once = HeldOutMean.of(prompts, 1).confidence95();
    assertThat(HeldOutMean.of(repeated, 3).confidence95())
        .as("three equal images of a prompt say no more than one")
        .isCloseTo(once, within(1e-12));
    assertThat(once)
        .as("one image each: 1.96 std / sqrt(n)")
        .isCloseTo(1.96 * Math.sqrt(0.091875 * 4 / 4) / 2, within(1e-12));
  }

  @Test
  void imagesThatVaryWithinTheirPromptNarrowTheInterval() {
    double[] scores = {0.2, 0.8, 0.8, 0.2, 0.2, 0.8};
    assertThat(HeldOutMean.of(scores, 2).confidence95())
        .as("all prompts have the same mean")
        .isCloseTo(0, within(1e-12));
  }

  @Test
  void failedImagesAreLeftOut() {
    HeldOutMean mean = HeldOutMean.of(new double[] {0.5, NAN, NAN, NAN, 1, 0}, 2);
    assertThat(mean.mean()).as("of three scores").isCloseTo(0.5, within(1e-12));
    assertThat(mean.confidence95()).as("each prompt is at the mean").isCloseTo(0, within(1e-12));
    assertThat(HeldOutMean.of(new double[] {NAN, NAN}, 2).mean()).as("no score at all").isNaN();
  }
}
