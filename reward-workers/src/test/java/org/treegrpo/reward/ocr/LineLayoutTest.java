package org.treegrpo.reward.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.ImageBatch;

class LineLayoutTest {

  @Test
  void keepsTheAspectRatioAndReordersTheChannels() {
    float[] pixels = new float[2 * 3 * 24 * 48];
    Arrays.fill(pixels, 3 * 24 * 48, 4 * 24 * 48, 1f);
    Arrays.fill(pixels, 4 * 24 * 48, 5 * 24 * 48, 0.5f);
    LineLayout layout = new LineLayout(24, 48);
    float[] input = layout.input(new ImageBatch(2, 24, 48, pixels), 1);
    assertThat(layout.scaledWidth()).as("48 / 24 of the width").isEqualTo(96);
    assertThat(input).as("[3, 48, 96]").hasSize(3 * 48 * 96);
    assertThat(input[0]).as("blue 0 comes first").isEqualTo(-1f);
    assertThat(input[48 * 96]).as("green 0.5").isEqualTo(0f);
    assertThat(input[2 * 48 * 96]).as("red 1 comes last").isEqualTo(1f);
  }

  @Test
  void interpolatesBetweenPixelCentres() {
    float[] pixels = new float[3 * 2];
    pixels[5] = 1f;
    float[] input = new LineLayout(1, 2).input(new ImageBatch(1, 1, 2, pixels), 0);
    for (int x = 0; x < 96; x++) {
      double position = Math.min(1, Math.max(0, (x + 0.5) / 48 - 0.5));
      assertThat((double) input[x])
          .as("column %d of a row that goes from 0 to 1", x)
          .isCloseTo(position * 2 - 1, within(1e-5));
    }
  }
}
