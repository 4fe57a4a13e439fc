package org.treegrpo.reward.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

class JpegRewardTest {

  private static final int SIDE = 64;
  private static final int IMAGE = 3 * SIDE * SIDE;

  @Test
  void paysForFewerBytesOrForMore() throws RewardException {
    ImageBatch images = flatSmoothAndNoise();
    List<RewardPrompt> prompts = List.of(prompt(), prompt(), prompt());
    try (Reward small = new JpegReward("small", JpegReward.Direction.SMALLER);
        Reward large = new JpegReward("large", JpegReward.Direction.LARGER)) {
      float[] minus = small.score(images, prompts);
      float[] plus = large.score(images, prompts);
      assertThat(minus[0]).as("flat compresses better than a gradient").isGreaterThan(minus[1]);
      assertThat(minus[1]).as("a gradient compresses better than noise").isGreaterThan(minus[2]);
      for (int row = 0; row < plus.length; row++) {
        assertThat(plus[row]).as("the opposite sign in row %d", row).isEqualTo(-minus[row]);
      }
      assertThat(small.score(images, prompts)).as("scored again").isEqualTo(minus);
    }
  }

  @Test
  void countsThousandsOfBytes() throws RewardException {
    ImageBatch images = flatSmoothAndNoise();
    try (Reward large = new JpegReward("large", JpegReward.Direction.LARGER)) {
      float flat = large.score(images.slice(0, 1), List.of(prompt()))[0];
      float noise = large.score(images.slice(2, 3), List.of(prompt()))[0];
      assertThat(flat).as("tables and headers only, 600 to 1000 bytes").isBetween(0.6f, 1f);
      assertThat(noise).as("noise: 3 to 12 bits a pixel at quality 95").isBetween(1.5f, 6.1f);
    }
  }

  @Test
  void encodesColoursInOrder() throws IOException {
    float[] pixels = new float[IMAGE];
    Arrays.fill(pixels, 0, SIDE * SIDE, 1f);
    ImageBatch red = new ImageBatch(1, SIDE, SIDE, pixels);
    try (JpegSize size = new JpegSize()) {
      BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(size.encode(red, 0)));
      int rgb = decoded.getRGB(SIDE / 2, SIDE / 2);
      assertThat(rgb >> 16 & 0xff).as("red").isGreaterThan(250);
      assertThat(rgb & 0xffff).as("green and blue").isLessThan(0x0505);
    }
  }

  private static ImageBatch flatSmoothAndNoise() {
    float[] pixels = new float[3 * IMAGE];
    Random random = new Random(11);
    for (int i = 0; i < IMAGE; i++) {
      pixels[i] = 0.5f;
      pixels[IMAGE + i] = (float) (i % SIDE) / SIDE;
      pixels[2 * IMAGE + i] = random.nextFloat();
    }
    return new ImageBatch(3, SIDE, SIDE, pixels);
  }

  private static RewardPrompt prompt() {
    return new RewardPrompt("p", "anything", List.of());
  }
}
