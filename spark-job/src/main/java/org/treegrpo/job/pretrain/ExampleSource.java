package org.treegrpo.job.pretrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.PolicyBatch;
import org.treegrpo.core.process.LossWeighting;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.prompt.CharacterEncoder;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.job.settings.PretrainSettings;

/**
 * Makes the examples of the pretraining: a word or random letters, drawn in a random style, at a
 * random noise level. Words that are kept for evaluation are never drawn. Not thread-safe; sources
 * with the same arguments make the same examples.
 */
final class ExampleSource {

  /**
   * Examples of one shard.
   *
   * @param input noisy pictures, model times and characters
   * @param target what the network is to predict, {@code [B * D]}
   * @param weights how much each row's error counts
   */
  record Examples(PolicyBatch input, float[] target, double[] weights) {}

  private final List<String> words;
  private final Set<String> hidden;
  private final int letters;
  private final NoiseProcess process;
  private final LossWeighting weighting;
  private final PretrainSettings.Optimisation settings;
  private final WordRenderer renderer;
  private final CharacterEncoder encoder;

  /**
   * @param words training words, each of exactly {@code letters} letters
   * @param hidden words that must not be drawn
   * @param process that makes them noisy, and says what to predict
   * @param weighting of the noise levels
   */
  ExampleSource(
      List<String> words,
      Set<String> hidden,
      int letters,
      NoiseProcess process,
      LossWeighting weighting,
      PretrainSettings.Optimisation settings) {
    this.words = List.copyOf(words);
    this.hidden = Set.copyOf(hidden);
    this.letters = letters;
    this.process = process;
    this.weighting = weighting;
    this.settings = settings;
    this.renderer = new WordRenderer(letters);
    this.encoder = new CharacterEncoder(WordRenderer.ALPHABET, letters);
  }

  /** The examples that a key names. */
  Examples examples(int rows, long... key) {
    GaussianStream random = new GaussianStream(Keys.of(key));
    int elements = renderer.shape().elements();
    float[] eps = new float[elements];
    float[] latents = new float[rows * elements];
    float[] target = new float[rows * elements];
    float[] timesteps = new float[rows];
    double[] weights = new double[rows];
    List<Conditioning> conditioning = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      String word = word(random);
      renderer.render(word, WordStyle.random(random), latents, row * elements);
      boolean dropped = random.nextDouble() < settings.dropRate();
      conditioning.add(dropped ? encoder.unconditional() : encoder.of(new Prompt(word, word)));
      double time = process.time(noiseLevel(random));
      weights[row] = weighting.weight(process, time);
      timesteps[row] = process.modelTime(time);
      random.fill(eps, 0, elements);
      process.noise(time, eps, latents, target, row * elements);
    }
    return new Examples(new PolicyBatch(rows, latents, timesteps, conditioning), target, weights);
  }

  private double noiseLevel(RandomGenerator random) {
    double u = random.nextDouble();
    double shift = settings.sigmaShift();
    return shift * u / (1 + (shift - 1) * u);
  }

  private String word(RandomGenerator random) {
    if (random.nextDouble() < settings.wordShare()) {
      return words.get(random.nextInt(words.size()));
    }
    String text;
    do {
      char[] drawn = new char[letters];
      for (int i = 0; i < letters; i++) {
        drawn[i] = WordRenderer.ALPHABET.charAt(random.nextInt(WordRenderer.ALPHABET.length()));
      }
      text = new String(drawn);
    } while (hidden.contains(text));
    return text;
  }
}
