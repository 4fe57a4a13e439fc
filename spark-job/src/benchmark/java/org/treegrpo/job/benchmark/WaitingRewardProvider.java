package org.treegrpo.job.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProvider;

/**
 * Type {@code waiting}: a remote reward, simulated. Each call takes {@code millis} and no processor
 * time; the score is an image's first pixel.
 */
public final class WaitingRewardProvider implements RewardProvider {

  static final String TYPE = "waiting";
  static final String MILLIS = "millis";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> problems(RewardDefinition definition) {
    return definition.unknownOptions(Set.of(MILLIS));
  }

  @Override
  public Reward create(RewardDefinition definition) {
    return new WaitingReward(
        definition.name(), Duration.ofMillis(Long.parseLong(definition.option(MILLIS, "0"))));
  }

  private record WaitingReward(String name, Duration duration) implements Reward {

    @Override
    public String version() {
      return "waits " + duration;
    }

    @Override
    public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
      try {
        Thread.sleep(duration.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RewardException("interrupted", e);
      }
      float[] scores = new float[images.rows()];
      for (int row = 0; row < scores.length; row++) {
        scores[row] = images.pixels()[images.offset(row)];
      }
      return scores;
    }

    @Override
    public void close() {}
  }
}
