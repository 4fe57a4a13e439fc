package org.treegrpo.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.LossWeighting;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.RectifiedFlow;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.process.VariancePreserving;
import org.treegrpo.job.settings.PretrainSettings;

class ExampleSourceTest {

  private static final RectifiedFlow FLOW = new RectifiedFlow(SigmaSchedule.LINSPACE_SHIFT, 1);

  private static PretrainSettings.Optimisation settings(double drop, double words, double shift) {
    return new PretrainSettings.Optimisation(1, 4, 2, 1e-3, 0, 0, 1, 0.9, drop, words, shift);
  }

  private static ExampleSource source(double drop, double words) {
    return new ExampleSource(
        List.of("cab"), Set.of("abc"), 3, FLOW, LossWeighting.UNIFORM, settings(drop, words, 2));
  }

  @Test
  void targetIsTheVelocityFromAPictureToNoise() {
    ExampleSource.Examples examples = source(0, 0.5).examples(6, 1, 2, 3);
    int elements = 3 * 24 * 48;
    for (int row = 0; row < 6; row++) {
      double sigma = examples.input().timesteps()[row] / 1000;
      assertThat(sigma).as("model time is sigma * 1000").isBetween(0.0, 1.0);
      Set<Integer> levels = new HashSet<>();
      for (int i = row * elements; i < (row + 1) * elements; i++) {
        double clean = examples.input().latents()[i] - sigma * examples.target()[i];
        double level = (clean + 1) * 127.5;
        assertThat(level)
            .as("x = x_sigma - sigma v is an 8-bit picture")
            .isCloseTo(Math.rint(level), Offset.offset(1e-3));
        levels.add((int) Math.rint(level));
      }
      assertThat(levels).as("a picture has paper, ink and edges").hasSizeGreaterThan(5);
    }
  }

  @Test
  void aDiffusionsTargetIsTheNoiseAtATrainingStep() {
    NoiseSchedule schedule = NoiseSchedule.STABLE_DIFFUSION;
    VariancePreserving process = new VariancePreserving(Prediction.EPSILON, schedule);
    ExampleSource source =
        new ExampleSource(
            List.of("cab"), Set.of("abc"), 3, process, LossWeighting.MIN_SNR, settings(0, 0.5, 1));
    ExampleSource.Examples examples = source.examples(6, 1, 2, 3);
    int elements = 3 * 24 * 48;
    for (int row = 0; row < 6; row++) {
      float time = examples.input().timesteps()[row];
      assertThat(time).as("a whole training step").isBetween(0f, 999f).isEqualTo(Math.round(time));
      double signal = process.signal(time);
      double noise = process.noise(time);
      double snr = signal * signal / (noise * noise);
      assertThat(examples.weights()[row])
          .as("min-snr")
          .isCloseTo(Math.min(snr, 5) / snr, Offset.offset(1e-9));
      for (int i = row * elements; i < (row + 1) * elements; i++) {
        double clean = (examples.input().latents()[i] - noise * examples.target()[i]) / signal;
        double level = (clean + 1) * 127.5;
        assertThat(level)
            .as("(x_t - noise eps) / signal is an 8-bit picture")
            .isCloseTo(Math.rint(level), Offset.offset(2e-3));
      }
    }
  }

  @Test
  void theKeyAloneFixesTheExamples() {
    ExampleSource used = source(0.1, 0.5);
    used.examples(4, 9, 9, 9);
    ExampleSource.Examples again = used.examples(4, 1, 7, 0);
    ExampleSource.Examples fresh = source(0.1, 0.5).examples(4, 1, 7, 0);
    assertThat(again.input().latents()).as("same key").isEqualTo(fresh.input().latents());
    assertThat(again.target()).as("same key").isEqualTo(fresh.target());
    assertThat(used.examples(4, 1, 0, 7).target())
        .as("another step and shard")
        .isNotEqualTo(fresh.target());
  }

  @Test
  void heldOutWordsAreNeverDrawn() {
    Set<String> hidden = new HashSet<>();
    for (char letter : "abcdefghijklmnopqrstuvwxy".toCharArray()) {
      hidden.add(String.valueOf(letter));
    }
    ExampleSource source =
        new ExampleSource(List.of("z"), hidden, 1, FLOW, LossWeighting.UNIFORM, settings(0, 0, 1));
    assertThat(source.examples(20, 1, 1, 1).input().conditioning())
        .as("of the one-letter words only z is not held out")
        .allSatisfy(c -> assertThat(c.tensors().get(0)).containsExactly(26f));
  }

  @Test
  void dropsTheWordAtTheConfiguredRate() {
    assertThat(tokens(source(1, 1)))
        .as("a rate of 1 leaves the null token only")
        .allSatisfy(tokens -> assertThat(tokens).containsOnly(0f));
    assertThat(tokens(source(0, 1)))
        .as("a rate of 0 shows every word")
        .allSatisfy(tokens -> assertThat(tokens).containsExactly(3f, 1f, 2f));
  }

  private static List<float[]> tokens(ExampleSource source) {
    return source.examples(8, 1, 1, 1).input().conditioning().stream()
        .map(Conditioning::tensors)
        .map(tensors -> tensors.get(0))
        .toList();
  }
}
