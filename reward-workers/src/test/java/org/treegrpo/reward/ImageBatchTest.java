package org.treegrpo.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImageBatchTest {

  @Test
  void mapsADecodersOutput() {
    float[] signed = {-1, 0, 1, -3, 3, Float.NaN};
    ImageBatch images = ImageBatch.fromSigned(2, 1, 1, signed);
    assertThat(images.pixels()).as("[0, 1]").containsExactly(0, 0.5f, 1, 0, 1, Float.NaN);
    assertThat(images.isFinite(0)).as("row 0").isTrue();
    assertThat(images.isFinite(1)).as("row 1 with a NaN").isFalse();
  }

  @Test
  void anInfinitePixelIsDamageAndNoWhite() {
    float[] signed = {0, Float.POSITIVE_INFINITY, 0, 0, Float.NEGATIVE_INFINITY, 0};
    ImageBatch images = ImageBatch.fromSigned(2, 1, 1, signed);
    assertThat(images.isFinite(0)).as("infinity").isFalse();
    assertThat(images.isFinite(1)).as("negative infinity").isFalse();
  }

  @Test
  void slicesRows() {
    float[] pixels = new float[3 * 6];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i;
    }
    ImageBatch rows = new ImageBatch(3, 1, 2, pixels).slice(1, 2);
    assertThat(rows.rows()).as("rows").isEqualTo(1);
    assertThat(rows.pixels()).as("pixels of row 1").containsExactly(6, 7, 8, 9, 10, 11);
  }

  @Test
  void packsColours() {
    ImageBatch images = new ImageBatch(1, 1, 2, new float[] {1, 0, 0.2f, 2, -1, 0.4f});
    assertThat(images.packedRgb(0)).as("0xRRGGBB").containsExactly(0xff3300, 0x00ff66);
  }

  @Test
  void refusesAWrongLength() {
    assertThatThrownBy(() -> new ImageBatch(2, 4, 4, new float[95]))
        .as("95 values for [2, 3, 4, 4]")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("images: [2, 3, 4, 4] needs 96 values, got 95");
  }
}
