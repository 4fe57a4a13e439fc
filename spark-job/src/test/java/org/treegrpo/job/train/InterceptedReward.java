package org.treegrpo.job.train;

import java.util.List;
import java.util.Map;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProvider;
import org.treegrpo.reward.RewardProviders;

/** Scores as {@code jpeg-compressibility} does, after something else that a test plans. */
abstract class InterceptedReward implements RewardProvider {

  /** What comes before every call. */
  abstract void before(RewardDefinition definition) throws RewardException;

  @Override
  public List<String> problems(RewardDefinition definition) {
    return List.of();
  }

  @Override
  public Reward create(RewardDefinition definition) throws RewardException {
    Reward scorer =
        RewardProviders.create(
            new RewardDefinition(
                definition.name(),
                "jpeg-compressibility",
                definition.weight(),
                definition.timeLimit(),
                Map.of()));
    return new Reward() {
      @Override
      public String name() {
        return scorer.name();
      }

      @Override
      public String version() {
        return scorer.version();
      }

      @Override
      public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
        before(definition);
        return scorer.score(images, prompts);
      }

      @Override
      public void close() {
        scorer.close();
      }
    };
  }
}
