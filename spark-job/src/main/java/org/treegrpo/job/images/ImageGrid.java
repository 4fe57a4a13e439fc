package org.treegrpo.job.images;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;

/**
 * A sheet of equally sized images, pixel by pixel as the model drew them, and the index that says
 * what each one is: {@code samples/round-000010.png} and {@code .json}.
 */
public record ImageGrid(SampleSheet sheet, BufferedImage picture) {
  private static final int GAP = 2;
  private static final int BACKGROUND = 0xd8dce2;

  /**
   * Lays out images in rows.
   *
   * @param images equally sized, one for each cell
   * @param columns images in a row
   */
  public static ImageGrid of(
      int round, int columns, List<SampleSheet.Cell> cells, List<BufferedImage> images) {
    if (images.isEmpty() || images.size() != cells.size() || columns < 1) {
      throw new IllegalArgumentException(
          "a sample sheet needs columns and as many images as cells, at least one; had %d columns,"
                  .formatted(columns)
              + " %d images, %d cells".formatted(images.size(), cells.size()));
    }
    int width = images.get(0).getWidth();
    int height = images.get(0).getHeight();
    SampleSheet sheet = new SampleSheet(round, columns, width, height, GAP, cells);
    int rows = (images.size() + columns - 1) / columns;
    BufferedImage picture =
        new BufferedImage(
            sheet.x(columns - 1) + width + GAP,
            sheet.y((rows - 1) * columns) + height + GAP,
            BufferedImage.TYPE_INT_RGB);
    fill(picture, BACKGROUND);
    for (int i = 0; i < images.size(); i++) {
      BufferedImage image = images.get(i);
      if (image.getWidth() != width || image.getHeight() != height) {
        throw new IllegalArgumentException(
            "image %d is %d x %d, the first one is %d x %d"
                .formatted(i, image.getWidth(), image.getHeight(), width, height));
      }
      int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
      picture.setRGB(sheet.x(i), sheet.y(i), width, height, pixels, 0, width);
    }
    return new ImageGrid(sheet, picture);
  }

  /** The image of cell {@code index}. */
  public BufferedImage crop(int index) {
    return picture.getSubimage(
        sheet.x(index), sheet.y(index), sheet.cellWidth(), sheet.cellHeight());
  }

  /** Writes the picture, then the index. */
  public void write(FileSystem fs, Path runDir) throws IOException {
    RunLayout layout = new RunLayout(runDir);
    RunFiles.write(fs, layout.sampleSheet(sheet.round()), Png.encode(picture));
    RunFiles.write(fs, layout.sampleSheetIndex(sheet.round()), RunJson.pretty(sheet));
  }

  /** Reads the sheet of a round, or nothing where the run has none. */
  public static Optional<ImageGrid> read(FileSystem fs, Path runDir, int round) throws IOException {
    RunLayout layout = new RunLayout(runDir);
    Optional<SampleSheet> sheet =
        RunFiles.readJson(fs, layout.sampleSheetIndex(round), SampleSheet.class);
    Optional<byte[]> png = RunFiles.readBytes(fs, layout.sampleSheet(round));
    if (sheet.isEmpty() || png.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new ImageGrid(sheet.get(), Png.decode(png.get())));
  }

  /** The rounds that have a sheet, ascending. */
  public static List<Integer> rounds(FileSystem fs, Path runDir) throws IOException {
    return SampleFiles.rounds(fs, runDir, "round-");
  }

  private static void fill(BufferedImage picture, int rgb) {
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        picture.setRGB(x, y, rgb);
      }
    }
  }
}
