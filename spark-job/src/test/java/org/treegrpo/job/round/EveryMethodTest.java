package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.treegrpo.core.credit.EstimatorState;
import org.treegrpo.core.learn.LearnLoop;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.learn.Learner;
import org.treegrpo.core.optim.AdamW;
import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.optim.Ema;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.OdeSampler;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.plan.PlanInputs;
import org.treegrpo.job.plan.RunPlan;
import org.treegrpo.job.settings.OldPolicySettings;
import org.treegrpo.job.settings.Presets;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardRow;

/**
 * Every preset, as it is shipped, on a flow in the plane whose reward is the nearness to a point:
 * it learns, and costs what the dry run says. All of the engine but Spark and libtorch.
 */
class EveryMethodTest {

  private static final int ROUNDS = 30;
  private static final int SAMPLES = 400;
  private static final double LEARNING_RATE = 0.03;
  private static final float[] GOAL = {0.8f, -0.6f};
  private static final Conditioning NOTHING = new Conditioning(List.of());

  static List<String> presets() {
    return Presets.names();
  }

  private static TrainSettings settings(Path directory, String method) {
    return new SettingsLoader(reward -> List.of())
        .parse(
            """
            treegrpo {
              seed = 3
              rounds = 30
              method = %s
              run-dir = run
              policy { path = "%s", guidance.scale = 1 }
              prompts { train = "%s/prompts.jsonl", evaluation = "%s/prompts.jsonl" }
              tree.prompts-per-round = 2
              rewards = [ { name = nearness, type = near } ]
            }
            """
                .formatted(method, directory, directory, directory),
            "test.conf",
            List.of(),
            Use.TRAIN);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void itRaisesTheRewardAndCostsWhatThePlanSays(String method) throws IOException {
    Path directory = TinyPolicies.directory(Prediction.FLOW_VELOCITY);
    byte[] prompts = Files.readAllBytes(directory.resolve("prompts.jsonl"));
    TrainSettings settings = settings(directory, method);
    try (Recipe recipe = new Recipe(settings, directory, new Configuration(), prompts, prompts)) {
      Run run = new Run(recipe);
      double[] before = run.evaluate();
      LearnResult first = run.train(1);
      assertThat(first.maxRatioDeviation() == 0 || run.stepsOfARound > 1)
          .as("ratio 1 before the first update, wherever there is one")
          .isTrue();
      for (int round = 2; round <= ROUNDS; round++) {
        run.train(round);
      }
      double[] gains = run.evaluate();
      Arrays.setAll(gains, i -> gains[i] - before[i]);
      double mean = Arrays.stream(gains).average().orElseThrow();
      double variance =
          Arrays.stream(gains).map(gain -> (gain - mean) * (gain - mean)).average().orElseThrow();
      double standardError = Math.sqrt(variance / SAMPLES);
      assertThat(mean)
          .as("gain of the mean reward, standard error %s", standardError)
          .isGreaterThan(3 * standardError);

      RunPlan plan =
          RunPlan.of(settings, new PlanInputs(recipe.policy(), ToyFlow.PARAMETERS, 3, 3));
      assertThat((double) run.current.evaluations().trainForward() / ROUNDS)
          .as("training forwards of a round, as the plan says")
          .isEqualTo(plan.work().trainForward());
      assertThat((double) run.current.evaluations().trainBackward() / ROUNDS)
          .as("backwards")
          .isEqualTo(plan.work().trainBackward());
      assertThat(run.rollout / (double) ROUNDS)
          .as("rollout evaluations")
          .isEqualTo(plan.work().rolloutMean());
      assertThat(run.leaves / ROUNDS).as("leaves").isEqualTo(plan.leaves());
    }
  }

  /** The weights and everything that moves them. */
  private static final class Run {

    private final Recipe recipe;
    private final CreditAssigner credits;
    private final ToyFlow current = new ToyFlow(new float[ToyFlow.PARAMETERS]);
    private final ToyFlow base = new ToyFlow(new float[ToyFlow.PARAMETERS]);
    private final ToyFlow old = new ToyFlow(new float[ToyFlow.PARAMETERS]);
    private final AdamW adamW =
        new AdamW(new AdamWSettings(0.9, 0.99, 1e-8, 0), ToyFlow.PARAMETERS);
    private final boolean lags;
    private EstimatorState state;
    private int stepsOfARound;
    private long rollout;
    private long leaves;

    Run(Recipe recipe) {
      this.recipe = recipe;
      credits = new CreditAssigner(recipe);
      state = credits.estimator().initial();
      lags = recipe.settings().update().learner().laggingRollouts();
    }

    LearnResult train(int round) {
      RoundPlan plan = recipe.plan(round);
      ToyFlow rollouts = lags ? old : snapshot();
      long before = rollouts.evaluations().rollout();
      TreeGrower grower = new TreeGrower(rollouts, recipe.sampler(), recipe.trees());
      List<GrownShare> grown = new ArrayList<>();
      try {
        for (Share share : plan.shares()) {
          grown.add(grower.grow(plan.key(), share.forest(), prompt -> NOTHING));
        }
        rollout += rollouts.evaluations().rollout() - before;
        RoundCredit credit = credits.assign(state, plan, score(plan, grown));
        state = credit.next();
        return learn(plan, grown, credit, rollouts);
      } finally {
        grown.forEach(GrownShare::close);
      }
    }

    private ToyFlow snapshot() {
      return new ToyFlow(current.theta().clone());
    }

    private List<ScoredShare> score(RoundPlan plan, List<GrownShare> grown) {
      List<ScoredShare> scored = new ArrayList<>();
      for (Share share : plan.shares()) {
        GrownShare of = grown.get(share.index());
        List<RewardRow> rows =
            IntStream.range(0, share.forest().leaves())
                .mapToObj(leaf -> new RewardRow(leaf, new float[] {reward(of.leafLatents(), leaf)}))
                .toList();
        leaves += rows.size();
        RewardBatch batch =
            new RewardBatch(
                plan.round(), share.index(), 0, List.of("nearness"), rows, Map.of("nearness", "1"));
        scored.add(new ScoredShare(batch, of.logProbs()));
      }
      return scored;
    }

    private LearnResult learn(
        RoundPlan plan, List<GrownShare> grown, RoundCredit credit, ToyFlow rollouts) {
      Learner learner = recipe.learner(plan);
      LearnResult total = LearnResult.ZERO;
      int steps = recipe.settings().update().epochs() * plan.steps();
      stepsOfARound = steps;
      for (int step = 0; step < steps; step++) {
        boolean same = step == 0 && !lags;
        LearnLoop loop =
            new LearnLoop(
                current, Optional.of(base), same ? Optional.empty() : Optional.of(rollouts));
        for (Share share : plan.shares()) {
          if (share.step() == step % plan.steps()) {
            total =
                total.plus(
                    loop.learn(
                        learner, grown.get(share.index()), credit.shares().get(share.index())));
          }
        }
        adamW.step(current.theta(), current.drainGradient(), LEARNING_RATE);
      }
      if (lags) {
        OldPolicySettings settings = recipe.settings().update().oldPolicy();
        double decay = Math.min(settings.rate() * adamW.steps(), settings.most());
        new Ema(decay).update(old.theta(), current.theta());
      }
      return total;
    }

    /** Rewards of samples from fixed noise. */
    double[] evaluate() {
      float[] roots = new float[SAMPLES * ToyFlow.ELEMENTS];
      Random random = new Random(7);
      for (int i = 0; i < roots.length; i++) {
        roots[i] = (float) random.nextGaussian();
      }
      float[] samples =
          new OdeSampler(snapshot(), recipe.evaluationSampler(), 64)
              .sample(roots, Collections.nCopies(SAMPLES, NOTHING));
      return IntStream.range(0, SAMPLES).mapToDouble(i -> reward(samples, i)).toArray();
    }

    private static float reward(float[] latents, int row) {
      double dx = latents[2 * row] - GOAL[0];
      double dy = latents[2 * row + 1] - GOAL[1];
      return (float) -(dx * dx + dy * dy);
    }
  }
}
