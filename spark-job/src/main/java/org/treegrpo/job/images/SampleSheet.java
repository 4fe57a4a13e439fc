package org.treegrpo.job.images;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code samples/round-000010.json}: what the cells of the picture beside it are, in row-major
 * order.
 *
 * @param round 0 is the base
 * @param columns cells in a row
 * @param cellWidth pixels
 * @param cellHeight pixels
 * @param gap pixels between cells and around the sheet
 * @param cells the images
 */
public record SampleSheet(
    int round, int columns, int cellWidth, int cellHeight, int gap, List<Cell> cells) {

  public SampleSheet {
    cells = List.copyOf(cells);
  }

  /** Left edge of cell {@code index} in the picture, in pixels. */
  public int x(int index) {
    return gap + index % columns * (cellWidth + gap);
  }

  /** Top edge of cell {@code index} in the picture, in pixels. */
  public int y(int index) {
    return gap + index / columns * (cellHeight + gap);
  }

  /**
   * One image.
   *
   * @param promptId the prompt's id
   * @param text what was asked for, such as the word to draw
   * @param sample index among the prompt's images; the same index has the same noise every round
   * @param scores by reward name; null where it failed
   * @param read what each recogniser read, by reward name; empty where no reward reads
   */
  public record Cell(
      String promptId,
      String text,
      int sample,
      Map<String, @Nullable Double> scores,
      Map<String, String> read) {}
}
