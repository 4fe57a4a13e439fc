package org.treegrpo.job.pretrain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.core.tree.OdeSampler;
import org.treegrpo.job.settings.EvaluationSettings;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProviders;
import org.treegrpo.reward.TextReader;

/**
 * Draws held-out words by ODE sampling without guidance and has both recognisers read them. The
 * initial noise of a picture depends on the seed and the picture's number only. Owns the
 * recognisers.
 */
final class SpellingEvaluator implements PolicyJudge, AutoCloseable {
  private static final List<String> RECOGNISERS = List.of("v4", "v3");
  private static final int BATCH = 32;
  private static final Duration TIME_LIMIT = Duration.ofMinutes(10);

  private final List<Prompt> prompts = new ArrayList<>();
  private final int words;
  private final EvaluationSettings settings;
  private final SamplerSettings sampling;
  private final List<Reward> recognisers = new ArrayList<>();

  /**
   * @throws IllegalStateException if a recogniser cannot be loaded
   */
  SpellingEvaluator(List<String> words, EvaluationSettings settings, SamplerSettings sampler) {
    this.words = words.size();
    this.settings = settings;
    this.sampling = sampler.withSteps(settings.steps());
    for (String word : words) {
      for (int i = 0; i < settings.imagesPerPrompt(); i++) {
        prompts.add(new Prompt(word, word));
      }
    }
    try {
      for (String version : RECOGNISERS) {
        recognisers.add(
            RewardProviders.create(
                new RewardDefinition(version, "ocr", 1, TIME_LIMIT, Map.of("model", version))));
      }
    } catch (RewardException e) {
      close();
      throw new IllegalStateException("cannot load a recogniser: " + e.getMessage(), e);
    }
  }

  @Override
  public List<SpellingScore> evaluate(Policy policy) {
    ImageBatch images = draw(policy);
    return recognisers.stream().map(recogniser -> score(recogniser, images)).toList();
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
    float[] drawn =
        new OdeSampler(denoiser, Sampler.of(sampling, policy.spec().prediction()), BATCH)
            .sample(noise, conditioning);
    return ImageBatch.fromSigned(prompts.size(), shape.height(), shape.width(), drawn);
  }

  private SpellingScore score(Reward recogniser, ImageBatch images) {
    List<RewardPrompt> targets =
        prompts.stream().map(p -> new RewardPrompt(p.id(), p.text(), List.of())).toList();
    try {
      double sum = 0;
      for (float score : recogniser.score(images, targets)) {
        sum += score;
      }
      List<String> read = ((TextReader) recogniser).read(images);
      int exact = 0;
      for (int i = 0; i < prompts.size(); i++) {
        if (TargetText.isExactly(prompts.get(i).text(), read.get(i))) {
          exact++;
        }
      }
      return new SpellingScore(
          recogniser.name(),
          words,
          prompts.size(),
          (double) exact / prompts.size(),
          sum / prompts.size());
    } catch (RewardException e) {
      throw new IllegalStateException(
          "recogniser %s failed: %s".formatted(recogniser.name(), e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    recognisers.forEach(Reward::close);
  }
}
