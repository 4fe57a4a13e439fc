package org.treegrpo.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordRendererTest {
  private static final Color PAPER = new Color(250, 240, 200);
  private static final Color INK = new Color(20, 30, 90);

  private static float[] draw(WordRenderer renderer, String word, Typeface typeface) {
    float[] image = new float[renderer.shape().elements()];
    renderer.render(word, new WordStyle(typeface, INK, PAPER), image, 0);
    return image;
  }

  @ParameterizedTest
  @EnumSource
  void theSameWordAndStyleGiveTheSamePixels(Typeface typeface) {
    WordRenderer used = new WordRenderer(3);
    draw(used, "zip", typeface);
    assertThat(draw(used, "cat", typeface))
        .as("a renderer keeps nothing of earlier words")
        .isEqualTo(draw(new WordRenderer(3), "cat", typeface));
  }

  @ParameterizedTest
  @EnumSource
  void everyLetterStaysInItsCell(Typeface typeface) {
    WordRenderer renderer = new WordRenderer(3);
    float[] blank = new float[renderer.shape().elements()];
    for (int i = 0; i < blank.length; i++) {
      int channel = i / (WordRenderer.HEIGHT * 3 * WordRenderer.CELL);
      int value = new int[] {PAPER.getRed(), PAPER.getGreen(), PAPER.getBlue()}[channel];
      blank[i] = value / 127.5f - 1f;
    }
    for (char letter : WordRenderer.ALPHABET.toCharArray()) {
      float[] image = draw(renderer, String.valueOf(letter), typeface);
      assertThat(cells(image, 0))
          .as("%s draws something for %s", typeface, letter)
          .isNotEqualTo(cells(blank, 0));
      assertThat(cells(image, 1))
          .as("the second cell of the one-letter word %s in %s", letter, typeface)
          .isEqualTo(cells(blank, 1));
      float[] second = draw(renderer, "i" + letter, typeface);
      assertThat(cells(second, 1))
          .as("%s looks alike in every cell", letter)
          .isEqualTo(cells(image, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "four", "CAT", "a b", "é"})
  void refusesWhatItCannotDraw(String word) {
    WordRenderer renderer = new WordRenderer(3);
    assertThatThrownBy(() -> draw(renderer, word, Typeface.OPEN_SANS))
        .as("word '%s'", word)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + word + "'");
  }

  /** The pixels of one cell, row by row, all channels. */
  private static float[] cells(float[] image, int cell) {
    int width = 3 * WordRenderer.CELL;
    float[] pixels = new float[image.length / 3];
    for (int row = 0; row < 3 * WordRenderer.HEIGHT; row++) {
      int from = row * width + cell * WordRenderer.CELL;
      float[] line = Arrays.copyOfRange(image, from, from + WordRenderer.CELL);
      System.arraycopy(line, 0, pixels, row * WordRenderer.CELL, WordRenderer.CELL);
    }
    return pixels;
  }
}
