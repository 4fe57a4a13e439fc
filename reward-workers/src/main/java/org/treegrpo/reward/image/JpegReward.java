package org.treegrpo.reward.image;

import java.io.IOException;
import java.util.List;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

/**
 * The size of the image as a JPEG file of quality 95 (ALGORITHMS.md section 4), in kB of 1000
 * bytes: minus the size for compressibility, plus the size for incompressibility. The prompt is not
 * used.
 */
final class JpegReward implements Reward {

  /** Which way is better. */
  enum Direction {
    SMALLER(-1),
    LARGER(1);

    private final int sign;

    Direction(int sign) {
      this.sign = sign;
    }
  }

  private final String name;
  private final Direction direction;
  private final JpegSize size = new JpegSize();

  JpegReward(String name, Direction direction) {
    this.name = name;
    this.direction = direction;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return "javax.imageio JPEG, quality 0.95, kB = 1000 bytes, Java " + Runtime.version().feature();
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    float[] scores = new float[images.rows()];
    for (int row = 0; row < scores.length; row++) {
      try {
        scores[row] = (float) (direction.sign * size.kilobytes(images, row));
      } catch (IOException e) {
        throw new RewardException(
            "reward '%s': the JPEG encoder failed on row %d".formatted(name, row), e);
      }
    }
    return scores;
  }

  @Override
  public void close() {
    size.close();
  }
}
