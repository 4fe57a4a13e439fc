package org.treegrpo.job.pretrain;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.optim.Ema;
import org.treegrpo.core.optim.GradientClip;
import org.treegrpo.core.optim.WarmUp;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.Prediction;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.PromptSet;

/**
 * Makes a base policy by flow matching on rendered words: the network learns v = eps - x at x_sigma =
 * (1 - sigma) x + sigma eps (ALGORITHMS.md section 2.1).
 *
 * <p>Every random number is keyed by seed, step and shard, the sum over shards has a fixed order, and
 * the saved state holds all that the next step depends on. So the weights after a step are the same
 * bytes for any number of threads and however often the run was stopped.
 */
public final class Pretrainer {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.99;
  private static final double EPSILON = 1e-8;
  private static final double NANOS = 1e9;

  private final PretrainSettings settings;
  private final PretrainSettings.Optimisation optimisation;
  private final List<String> words;
  private final List<String> evaluationWords;
  private final Evaluator evaluator;
  private final PrintStream out;
  private final AdamWSettings adam;
  private final PolicySpec spec;
  private final String fingerprint;

  Pretrainer(
      PretrainSettings settings,
      List<String> words,
      List<String> evaluationWords,
      Evaluator evaluator,
      PrintStream out) {
    this.settings = settings;
    this.optimisation = settings.optimisation();
    this.words = words;
    this.evaluationWords = evaluationWords;
    this.evaluator = Objects.requireNonNull(evaluator, "evaluator");
    this.out = Objects.requireNonNull(out, "out");
    this.adam = new AdamWSettings(BETA1, BETA2, EPSILON, optimisation.weightDecay());
    this.spec = spec(settings);
    this.fingerprint = fingerprint();
  }

  /**
   * Pretrains, going on from a saved state if there is one, and writes the policy directory with its
   * evaluation.
   *
   * @param out where progress is shown
   * @throws FontsUnavailableException where words cannot be drawn
   */
  public static PretrainResult run(PretrainSettings settings, PrintStream out) throws IOException {
    List<String> words = words(settings.trainPrompts());
    List<String> evaluationWords = words(settings.evaluationPrompts());
    try (SpellingEvaluator evaluator =
        new SpellingEvaluator(evaluationWords, settings.evaluation())) {
      return new Pretrainer(settings, words, evaluationWords, evaluator, out).run();
    }
  }

  PretrainResult run() throws IOException {
    try (Policy policy = Policies.builtIn(spec, settings.seed());
        ShardedGradient gradient =
            new ShardedGradient(settings, () -> Policies.builtIn(spec, settings.seed()), this::source)) {
      PretrainState state = start(policy);
      Progress progress =
          new Progress(out, Progress.onTerminal(), state.step(), optimisation.steps());
      if (state.step() > 0) {
        progress.message("pretrain: going on after step " + state.step());
      }
      return train(state, policy, gradient, progress);
    }
  }

  private PretrainResult train(
      PretrainState initial, Policy policy, ShardedGradient gradient, Progress progress)
      throws IOException {
    PretrainState state = initial;
    double loss = Double.NaN;
    long begin = System.nanoTime();
    while (state.step() < optimisation.steps()) {
      ShardedGradient.Result result = gradient.at(state.weights(), state.step() + 1);
      loss = result.loss();
      double elapsed = (System.nanoTime() - begin) / NANOS;
      state = advance(state, result.gradient(), initial.seconds() + elapsed);
      progress.step(state.step(), elapsed, loss);
      boolean timeUp = elapsed >= 60.0 * settings.maxMinutes();
      if (state.step() % settings.checkpointEvery() == 0
          || state.step() == optimisation.steps()
          || timeUp) {
        state.save(settings.state(), fingerprint);
      }
      if (due(state.step())) {
        policy.install(state.average());
        evaluator.evaluate(policy).forEach(score -> progress.message(describe(score)));
      }
      if (timeUp && state.step() < optimisation.steps()) {
        return new PretrainResult(
            false, state.step(), state.seconds(), loss, settings.output(), List.of());
      }
    }
    policy.install(state.average());
    List<SpellingScore> scores = evaluator.evaluate(policy);
    scores.forEach(score -> progress.message(describe(score)));
    PretrainResult result =
        new PretrainResult(true, state.step(), state.seconds(), loss, settings.output(), scores);
    BasePolicyWriter.write(
        settings.output(),
        spec,
        policy.parameters(),
        state.average(),
        new BasePolicyWriter.Evaluation(
            settings.seed(), state.step(), optimisation, settings.evaluation(), scores));
    return result;
  }

  /** One optimiser step; updates the arrays of {@code state} in place. */
  private PretrainState advance(PretrainState state, float[] gradient, double seconds) {
    int step = state.step() + 1;
    GradientClip.clip(gradient, optimisation.maxGradientNorm());
    double rate =
        new WarmUp(optimisation.warmUpSteps()).learningRate(optimisation.learningRate(), step);
    state.optimizer().step(state.weights(), gradient, rate);
    new Ema(emaDecay(step)).update(state.average(), state.weights());
    return new PretrainState(
        step, seconds, state.weights(), state.average(), state.optimizer());
  }

  /** Grows to the configured decay, so that the average soon forgets the initial weights. */
  private double emaDecay(int step) {
    return Math.min(optimisation.emaDecay(), step / (step + 10.0));
  }

  private boolean due(int step) {
    int every = settings.evaluation().every();
    return every > 0 && step % every == 0 && step < optimisation.steps();
  }

  private PretrainState start(Policy policy) throws IOException {
    int size = policy.parameters().size();
    Optional<PretrainState> saved =
        PretrainState.load(settings.state(), size, adam, fingerprint);
    if (saved.isPresent()) {
      return saved.get();
    }
    float[] weights = new float[size];
    policy.readWeights(weights);
    return PretrainState.initial(weights, adam);
  }

  private ExampleSource source() {
    return new ExampleSource(
        words, Set.copyOf(evaluationWords), settings.letters(), optimisation);
  }

  /** What a saved state depends on: not the number of steps, of threads, nor where files lie. */
  private String fingerprint() {
    PretrainSettings.Optimisation anySteps =
        new PretrainSettings.Optimisation(
            1,
            optimisation.batch(),
            optimisation.shards(),
            optimisation.learningRate(),
            optimisation.warmUpSteps(),
            optimisation.weightDecay(),
            optimisation.maxGradientNorm(),
            optimisation.emaDecay(),
            optimisation.dropRate(),
            optimisation.wordShare(),
            optimisation.sigmaShift());
    return "seed %d, %s, %s, words %s"
        .formatted(
            settings.seed(),
            settings.network(),
            anySteps,
            Integer.toHexString(words.hashCode() * 31 + evaluationWords.hashCode()));
  }

  private static PolicySpec spec(PretrainSettings settings) {
    return new PolicySpec(
        PolicySpec.Type.BUILT_IN,
        BasePolicyWriter.WEIGHTS,
        new LatentShape(3, WordRenderer.HEIGHT, settings.letters() * WordRenderer.CELL),
        Prediction.FLOW_VELOCITY,
        List.of(new PolicySpec.ConditioningInput("characters", List.of(settings.letters()))),
        Optional.empty(),
        Optional.of(settings.network()));
  }

  private static List<String> words(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return PromptSet.read(in, file.toString()).prompts().stream().map(Prompt::text).toList();
    }
  }

  private static String describe(SpellingScore score) {
    return String.format(
        Locale.ROOT,
        "pretrain: recogniser %s reads %.0f %% of the held-out pictures right, score %.3f",
        score.recogniser(),
        100 * score.exact(),
        score.score());
  }
}
