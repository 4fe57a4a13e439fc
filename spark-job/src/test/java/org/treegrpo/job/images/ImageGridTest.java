package org.treegrpo.job.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageGridTest {
  @TempDir java.nio.file.Path directory;

  @Test
  void channelsBecomeRgbAndValuesAreClamped() {
    // [3, 1, 2]: red plane, green plane, blue plane.
    float[] pixels = {1f, 0f, 0.5f, -3f, 0f, Float.NaN};

    BufferedImage image = Png.image(pixels, 0, 1, 2);

    assertThat(image.getRGB(0, 0) & 0xffffff).as("1, 0.5, 0").isEqualTo(0xff8000);
    assertThat(image.getRGB(1, 0) & 0xffffff).as("0, below 0, NaN").isEqualTo(0x000000);
  }

  @Test
  void anImageBeyondItsBatchIsRefused() {
    assertThatThrownBy(() -> Png.image(new float[11], 0, 2, 2))
        .as("12 values are needed")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3, 2, 2] at 0");
  }

  @Test
  void everyCellCropsBackToItsImage() throws IOException {
    FileSystem fs = FileSystem.getLocal(new Configuration());
    Path runDir = new Path(directory.toUri());
    List<SampleSheet.Cell> cells = new ArrayList<>();
    List<BufferedImage> images = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      cells.add(
          new SampleSheet.Cell(
              "p-" + i, "word" + i, 0, Map.of("ocr", 0.25 * i), Map.of("ocr", "w0rd" + i)));
      images.add(plain(5, 4, 0x102030 * (i + 1)));
    }

    ImageGrid.of(10, 3, cells, images).write(fs, runDir);

    assertThat(directory.resolve("samples/round-000010.png")).as("contract's name").exists();
    ImageGrid read = ImageGrid.read(fs, runDir, 10).orElseThrow();
    assertThat(read.sheet().cells()).as("cells survive").isEqualTo(cells);
    for (int i = 0; i < 7; i++) {
      BufferedImage crop = read.crop(i);
      assertThat(crop.getWidth()).as("width").isEqualTo(5);
      assertThat(crop.getHeight()).as("height").isEqualTo(4);
      assertThat(colours(crop)).as("image %d", i).containsOnly(0x102030 * (i + 1));
    }
    assertThat(ImageGrid.rounds(fs, runDir)).as("rounds with a sheet").containsExactly(10);
    assertThat(ImageGrid.read(fs, runDir, 11)).as("a round without a sheet").isEmpty();
  }

  @Test
  void imagesOfDifferentSizesAreRefused() {
    SampleSheet.Cell cell = new SampleSheet.Cell("p", "word", 0, Map.of(), Map.of());

    assertThatThrownBy(
            () -> ImageGrid.of(1, 2, List.of(cell, cell), List.of(plain(5, 4, 0), plain(6, 4, 0))))
        .as("the index has one cell size")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image 1 is 6 x 4");
  }

  @Test
  void aGrownTreeReadsBack() throws IOException {
    FileSystem fs = FileSystem.getLocal(new Configuration());
    Path runDir = new Path(directory.toUri());
    String png = Png.base64(plain(2, 2, 0xff0000));
    GrownTree tree =
        new GrownTree(
            1,
            "p-1",
            "word",
            0,
            2,
            1,
            3,
            10,
            List.of(
                new GrownTree.Node("", 0, 3, GrownTree.Kind.ROOT, Double.NaN, Double.NaN, png),
                new GrownTree.Node("0", 1, 10, GrownTree.Kind.LEAF, 1, 0.9, png),
                new GrownTree.Node("1", 1, 10, GrownTree.Kind.LEAF, -1, 0.1, null)));

    tree.write(fs, runDir);

    assertThat(GrownTree.read(fs, runDir, 1)).as("tree").contains(tree);
    assertThat(Files.readString(directory.resolve("samples/tree-round-000001.json")))
        .as("kinds are lower-case words, NaN is null")
        .contains("\"kind\":\"leaf\"", "\"advantage\":null");
    assertThat(Png.decode(Base64.getDecoder().decode(png)).getWidth())
        .as("the image is a PNG")
        .isEqualTo(2);
    assertThat(ImageGrid.rounds(fs, runDir)).as("a tree is no sheet").isEmpty();
  }

  private static BufferedImage plain(int width, int height, int rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  private static List<Integer> colours(BufferedImage image) {
    List<Integer> colours = new ArrayList<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y) & 0xffffff);
      }
    }
    return colours;
  }
}
