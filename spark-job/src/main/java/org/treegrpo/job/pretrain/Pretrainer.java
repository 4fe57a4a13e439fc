package org.treegrpo.job.pretrain;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.optim.Ema;
import org.treegrpo.core.optim.GradientClip;
import org.treegrpo.core.optim.WarmUp;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.job.report.ConsoleProgress;
import org.treegrpo.job.report.ConsoleProgress.Style;
import org.treegrpo.job.settings.PretrainSettings;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.train.InvalidInputException;

/**
 * Makes a base policy from rendered words at random noise levels. With the defaults that is flow
 * matching: the network learns v = eps - x at x_sigma = (1 - sigma) x + sigma eps (ALGORITHMS.md
 * section 2.1).
 *
 * <p>Every random number is keyed by seed, step and shard, the sum over shards has a fixed order,
 * and the saved state holds all that the next step depends on. So the weights after a step are the
 * same bytes for any number of threads and however often the run was stopped.
 */
public final class Pretrainer {
  private static final double BETA1 = 0.9;

  /** Lower than usual: a run has a few hundred steps. */
  private static final double BETA2 = 0.99;

  private static final double EPSILON = 1e-8;
  private static final double NANOS = 1e9;
  private static final double SECONDS_PER_MINUTE = 60;

  private final PretrainJob job;
  private final PretrainSettings settings;
  private final PretrainSettings.Optimisation optimisation;
  private final PolicyJudge evaluator;
  private final PrintStream out;
  private final AdamWSettings adam;

  Pretrainer(PretrainJob job, PolicyJudge evaluator, PrintStream out) {
    this.job = Objects.requireNonNull(job, "job");
    this.settings = job.settings();
    this.optimisation = settings.optimisation();
    this.evaluator = Objects.requireNonNull(evaluator, "evaluator");
    this.out = Objects.requireNonNull(out, "out");
    this.adam = new AdamWSettings(BETA1, BETA2, EPSILON, optimisation.weightDecay());
  }

  /**
   * Pretrains, going on from the state in the run directory if there is one, and writes the policy
   * directory {@code policy} in it, with its evaluation.
   *
   * @param settings loaded for {@link org.treegrpo.job.settings.Use#PRETRAIN}
   * @param out where progress is shown
   * @throws FontsUnavailableException where words cannot be drawn
   */
  public static PretrainResult run(TrainSettings settings, PrintStream out) throws IOException {
    PretrainJob job = PretrainJob.of(settings);
    try (SpellingEvaluator evaluator =
        new SpellingEvaluator(job.heldOutWords(), settings.evaluation(), sampler(settings, job))) {
      return new Pretrainer(job, evaluator, out).run();
    }
  }

  /** What will draw the held-out words; made before the first step, so that it cannot fail last. */
  private static Sampler sampler(TrainSettings settings, PretrainJob job) {
    try {
      return Sampler.of(
          settings.sampler().withSteps(settings.evaluation().steps()),
          job.spec().prediction(),
          job.spec().noiseSchedule());
    } catch (IllegalArgumentException refused) {
      throw new InvalidInputException("treegrpo.sampler." + refused.getMessage(), refused);
    }
  }

  PretrainResult run() throws IOException {
    try (Policy policy = newPolicy();
        ShardedGradient gradient = new ShardedGradient(job, this::newPolicy, this::newSource)) {
      PretrainState state = start(policy);
      if (state.step() > 0) {
        out.println("pretrain: going on after step " + state.step());
      }
      return train(state, policy, gradient);
    }
  }

  private PretrainResult train(PretrainState initial, Policy policy, ShardedGradient gradient)
      throws IOException {
    ConsoleProgress progress =
        new ConsoleProgress(
            out,
            Style.ofStandardOutput(),
            Clock.systemUTC(),
            initial.step() + 1,
            optimisation.steps());
    PretrainState state = initial;
    double loss = Double.NaN;
    double elapsed = 0;
    long begin = System.nanoTime();
    while (state.step() < optimisation.steps() && !timeIsUp(elapsed)) {
      ShardedGradient.Result result = gradient.at(state.weights(), state.step() + 1);
      loss = result.loss();
      elapsed = (System.nanoTime() - begin) / NANOS;
      state = advance(state, result.gradient(), initial.seconds() + elapsed);
      progress.step(state.step(), loss);
      boolean last = state.step() == optimisation.steps();
      if (last || timeIsUp(elapsed) || state.step() % settings.checkpointEvery() == 0) {
        state.save(job, policy.parameters());
      }
      if (!last && evaluationIsDue(state.step())) {
        evaluate(policy, state);
      }
    }
    boolean finished = state.step() >= optimisation.steps();
    if (finished) {
      List<SpellingScore> scores = evaluate(policy, state);
      BasePolicyWriter.write(job, policy.parameters(), state, scores);
    } else {
      out.println(
          "pretrain: stopped after %d minutes at step %d of %d; run it again to go on"
              .formatted(settings.maxMinutes(), state.step(), optimisation.steps()));
    }
    return new PretrainResult(finished, state.step(), state.seconds(), loss, job.policy());
  }

  /** One optimizer step; updates the arrays of {@code state} in place. */
  private PretrainState advance(PretrainState state, float[] gradient, double seconds) {
    int step = state.step() + 1;
    GradientClip.clip(gradient, optimisation.maxGradientNorm());
    double rate =
        new WarmUp(optimisation.warmUpSteps()).learningRate(optimisation.learningRate(), step);
    state.optimizer().step(state.weights(), gradient, rate);
    new Ema(emaDecay(step)).update(state.average(), state.weights());
    return new PretrainState(step, seconds, state.weights(), state.average(), state.optimizer());
  }

  /** Grows to the configured decay, so that the average soon forgets the initial weights. */
  private double emaDecay(int step) {
    return Math.min(optimisation.emaDecay(), step / (step + 10.0));
  }

  private List<SpellingScore> evaluate(Policy policy, PretrainState state) {
    policy.install(state.average());
    List<SpellingScore> scores = evaluator.evaluate(policy);
    for (SpellingScore score : scores) {
      out.println(
          String.format(
              Locale.ROOT,
              "pretrain: recogniser %s reads %.0f %% of the held-out words right, mean reward %.3f",
              score.recogniser(),
              100 * score.exact(),
              score.score()));
    }
    return scores;
  }

  private PretrainState start(Policy policy) throws IOException {
    Optional<PretrainState> saved =
        PretrainState.load(
            job,
            policy.parameters(),
            adam,
            line -> out.println("pretrain: checkpoint refused: " + line));
    if (saved.isPresent()) {
      return saved.get();
    }
    float[] weights = new float[policy.parameters().size()];
    policy.readWeights(weights);
    return PretrainState.initial(weights, adam);
  }

  private boolean timeIsUp(double elapsed) {
    return elapsed >= SECONDS_PER_MINUTE * settings.maxMinutes();
  }

  private boolean evaluationIsDue(int step) {
    return settings.evaluateEvery() > 0 && step % settings.evaluateEvery() == 0;
  }

  private Policy newPolicy() {
    return Policies.builtIn(job.spec(), job.seed());
  }

  private ExampleSource newSource() {
    return new ExampleSource(
        job.words(),
        Set.copyOf(job.heldOutWords()),
        settings.letters(),
        job.process(),
        settings.objective().lossWeighting(),
        optimisation);
  }
}
