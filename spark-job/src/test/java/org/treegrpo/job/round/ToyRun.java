package org.treegrpo.job.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
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
import org.treegrpo.job.settings.OldPolicySettings;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardRow;

/**
 * A run of a preset on {@link ToyFlow}, whose reward is the nearness to a point: all of the engine
 * but Spark and libtorch. Owns what it has grown.
 */
final class ToyRun implements AutoCloseable {

  private static final double LEARNING_RATE = 0.03;
  private static final float[] GOAL = {0.8f, -0.6f};
  private static final Conditioning NOTHING = new Conditioning(List.of());

  private final Recipe recipe;
  private final CreditAssigner credits;
  private final ToyFlow current = new ToyFlow(new float[ToyFlow.PARAMETERS]);
  private final ToyFlow base = new ToyFlow(new float[ToyFlow.PARAMETERS]);
  private final ToyFlow old = new ToyFlow(new float[ToyFlow.PARAMETERS]);
  private final AdamW adamW = new AdamW(new AdamWSettings(0.9, 0.99, 1e-8, 0), ToyFlow.PARAMETERS);
  private final List<GrownShare> kept = new ArrayList<>();
  private final boolean lags;
  private EstimatorState state;
  private long rollout;
  private long leaves;

  /**
   * @param settings lines of configuration, over the method's own
   */
  ToyRun(String method, String... settings) {
    Path directory = TinyPolicies.directory(Prediction.FLOW_VELOCITY);
    try {
      byte[] prompts = Files.readAllBytes(directory.resolve("prompts.jsonl"));
      recipe =
          new Recipe(
              settings(directory, method, settings),
              directory,
              new Configuration(),
              prompts,
              prompts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    credits = new CreditAssigner(recipe);
    state = credits.estimator().initial();
    lags = recipe.settings().update().learner().laggingRollouts();
  }

  private static TrainSettings settings(Path directory, String method, String... more) {
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
              %s
            }
            """
                .formatted(method, directory, directory, directory, String.join("\n", more)),
            "test.conf",
            List.of(),
            Use.TRAIN);
  }

  static float reward(float[] latents, int row) {
    double dx = latents[2 * row] - GOAL[0];
    double dy = latents[2 * row + 1] - GOAL[1];
    return (float) -(dx * dx + dy * dy);
  }

  Recipe recipe() {
    return recipe;
  }

  /** The policy that is trained, and how often it was evaluated in training. */
  ToyFlow current() {
    return current;
  }

  /** Evaluations of all rollouts. */
  long rollout() {
    return rollout;
  }

  /** Leaves of all rounds. */
  long leaves() {
    return leaves;
  }

  /** One round: the weights move. */
  LearnResult train(int round) {
    RoundPlan plan = recipe.plan(round);
    ToyFlow rollouts = lags ? old : snapshot();
    List<GrownShare> grown = grow(plan, rollouts);
    RoundCredit credit = assign(plan, grown);
    state = credit.next();
    LearnResult total = LearnResult.ZERO;
    for (int step = 0; step < stepsOfARound(plan); step++) {
      boolean same = step == 0 && !lags;
      Optional<ToyFlow> older = same ? Optional.empty() : Optional.of(rollouts);
      total = total.plus(learn(plan, grown, credit, step, older));
      adamW.step(current.theta(), current.drainGradient(), LEARNING_RATE);
    }
    if (lags) {
      OldPolicySettings settings = recipe.settings().update().oldPolicy();
      double decay = Math.min(settings.rate() * adamW.steps(), settings.most());
      new Ema(decay).update(old.theta(), current.theta());
    }
    close(grown);
    return total;
  }

  int stepsOfARound(RoundPlan plan) {
    return recipe.settings().update().epochs() * plan.steps();
  }

  /** The trees of a round, by the current weights. */
  List<GrownShare> grow(RoundPlan plan) {
    return grow(plan, snapshot());
  }

  RoundCredit assign(RoundPlan plan, List<GrownShare> grown) {
    return credits.assign(state, plan, score(plan, grown));
  }

  /** The gradient of the round's first optimiser step at the current weights. */
  float[] gradient(RoundPlan plan, List<GrownShare> grown, RoundCredit credit) {
    learn(plan, grown, credit, 0, Optional.empty());
    return current.drainGradient();
  }

  private ToyFlow snapshot() {
    return new ToyFlow(current.theta().clone());
  }

  private List<GrownShare> grow(RoundPlan plan, ToyFlow rollouts) {
    long before = rollouts.evaluations().rollout();
    TreeGrower grower = new TreeGrower(rollouts, recipe.sampler(), recipe.trees());
    List<GrownShare> grown = new ArrayList<>();
    for (Share share : plan.shares()) {
      grown.add(grower.grow(plan.key(), share.forest(), prompt -> NOTHING));
    }
    kept.addAll(grown);
    rollout += rollouts.evaluations().rollout() - before;
    return grown;
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
      RoundPlan plan,
      List<GrownShare> grown,
      RoundCredit credit,
      int step,
      Optional<ToyFlow> rollouts) {
    Learner learner = recipe.learner(plan);
    LearnLoop loop = new LearnLoop(current, Optional.of(base), rollouts.map(flow -> flow));
    LearnResult total = LearnResult.ZERO;
    for (Share share : plan.shares()) {
      if (share.step() == step % plan.steps()) {
        total =
            total.plus(
                loop.learn(learner, grown.get(share.index()), credit.shares().get(share.index())));
      }
    }
    return total;
  }

  /** Rewards of samples from fixed noise. */
  double[] evaluate(int samples) {
    float[] roots = new float[samples * ToyFlow.ELEMENTS];
    Random random = new Random(7);
    for (int i = 0; i < roots.length; i++) {
      roots[i] = (float) random.nextGaussian();
    }
    float[] latents =
        new OdeSampler(snapshot(), recipe.evaluationSampler(), 64)
            .sample(roots, Collections.nCopies(samples, NOTHING));
    return IntStream.range(0, samples).mapToDouble(i -> reward(latents, i)).toArray();
  }

  private void close(List<GrownShare> grown) {
    grown.forEach(GrownShare::close);
    kept.removeAll(grown);
  }

  @Override
  public void close() {
    close(List.copyOf(kept));
    try {
      recipe.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
