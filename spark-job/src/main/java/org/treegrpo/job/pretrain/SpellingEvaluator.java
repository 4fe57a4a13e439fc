package org.treegrpo.job.pretrain;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.prompt.CharacterEncoder;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.OdeSampler;
import org.treegrpo.job.settings.EvaluationSettings;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.pool.RewardPool;
import org.treegrpo.reward.pool.RewardPoolSettings;

/**
 * Draws held-out words by deterministic sampling without guidance and has both recognisers read
 * them. The initial noise of a picture depends on the seed and the picture's number only. Owns the
 * recognisers, a reward pool like a training's.
 */
final class SpellingEvaluator implements PolicyJudge, AutoCloseable {
  private static final List<RewardDefinition> RECOGNISERS =
      Stream.of("v4", "v3")
          .map(v -> new RewardDefinition(v, "ocr", 1, Duration.ofMinutes(10), Map.of("model", v)))
          .toList();
  private static final int BATCH = 32;

  private final List<Prompt> prompts;
  private final int words;
  private final EvaluationSettings settings;
  private final Sampler sampler;
  private final RewardPool recognisers;

  /**
   * @throws IllegalStateException if a recogniser cannot be loaded
   */
  SpellingEvaluator(List<String> words, EvaluationSettings settings, Sampler sampler) {
    this.words = words.size();
    this.settings = settings;
    this.sampler = sampler;
    this.prompts =
        words.stream()
            .flatMap(
                word ->
                    Collections.nCopies(settings.imagesPerPrompt(), new Prompt(word, word))
                        .stream())
            .toList();
    try {
      recognisers = RewardPool.open(RECOGNISERS, new RewardPoolSettings(1, BATCH));
    } catch (RewardException e) {
      throw new IllegalStateException("cannot load a recogniser: " + e.getMessage(), e);
    }
  }

  @Override
  public List<SpellingScore> evaluate(Policy policy) {
    ImageBatch images = draw(policy);
    ScoredBatch scored =
        recognisers
            .submit(
                images,
                prompts.stream().map(p -> new RewardPrompt(p.id(), p.text(), List.of())).toList())
            .join();
    if (!scored.failures().isEmpty()) {
      throw new IllegalStateException("a recogniser failed: " + scored.failures().get(0));
    }
    String[][] read = recognisers.read(images).join();
    return IntStream.range(0, RECOGNISERS.size())
        .mapToObj(recogniser -> score(recogniser, scored.scores()[recogniser], read))
        .toList();
  }

  private ImageBatch draw(Policy policy) {
    CharacterEncoder encoder = CharacterEncoder.of(policy.spec());
    LatentShape shape = policy.spec().latentShape();
    float[] noise = new float[prompts.size() * shape.elements()];
    for (int i = 0; i < prompts.size(); i++) {
      new GaussianStream(Keys.of(settings.seed(), i))
          .fill(noise, i * shape.elements(), shape.elements());
    }
    GuidedDenoiser denoiser =
        new GuidedDenoiser(policy, 1, GuidanceGradient.CONDITIONAL_ONLY, encoder.unconditional());
    List<Conditioning> conditioning = prompts.stream().map(encoder::of).toList();
    float[] drawn = new OdeSampler(denoiser, sampler, BATCH).sample(noise, conditioning);
    return ImageBatch.fromSigned(prompts.size(), shape.height(), shape.width(), drawn);
  }

  private SpellingScore score(int recogniser, float[] scores, String[][] read) {
    double sum = 0;
    int exact = 0;
    for (int i = 0; i < scores.length; i++) {
      sum += scores[i];
      exact += TargetText.isExactly(prompts.get(i).text(), read[i][recogniser]) ? 1 : 0;
    }
    return new SpellingScore(
        RECOGNISERS.get(recogniser).name(),
        words,
        scores.length,
        (double) exact / scores.length,
        sum / scores.length);
  }

  @Override
  public void close() {
    recognisers.close();
  }
}
