package org.treegrpo.job.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.core.learn.LearnLoop;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardRow;

/**
 * What driver and executors do in a round, in one thread and without Spark: grow, score (at
 * random), assign credit, learn. Owns what it has grown.
 */
final class RoundWithoutSpark implements AutoCloseable {

  private final RandomSettings drawn;
  private final TrainSettings settings;
  private final Recipe recipe;
  private final RoundPlan plan;
  private final List<GrownShare> grown = new ArrayList<>();

  /** A round of randomly drawn settings. */
  RoundWithoutSpark(long seed) {
    this(RandomSettings.draw(seed));
  }

  RoundWithoutSpark(RandomSettings drawn) {
    this.drawn = drawn;
    this.settings = drawn.settings();
    Path directory = TinyPolicies.directory(drawn.prediction());
    try {
      byte[] prompts = Files.readAllBytes(directory.resolve("prompts.jsonl"));
      recipe = new Recipe(settings, directory, new Configuration(), prompts, prompts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    plan = recipe.plan(drawn.round());
  }

  TrainSettings settings() {
    return settings;
  }

  RoundPlan plan() {
    return plan;
  }

  /** A worker with a network of its own; equal numbers up to 1 have equal weights. */
  Worker worker(int number) {
    return new Worker(number);
  }

  /** Scores keyed by the leaf, so that they do not depend on the order of shares. */
  List<ScoredShare> score(List<GrownShare> shares) {
    List<String> names = recipe.trainedRewards().stream().map(RewardDefinition::name).toList();
    List<ScoredShare> scored = new ArrayList<>();
    for (Share share : plan.shares()) {
      Forest forest = share.forest();
      List<RewardRow> rows = new ArrayList<>();
      for (int leaf = 0; leaf < forest.leaves(); leaf++) {
        TreeSeed seed = forest.seed(forest.leafRow(leaf));
        NodePath path = Edge.path(forest, forest.leafRow(leaf));
        String key = seed.promptId() + "/" + seed.tree() + "/" + path;
        rows.add(new RewardRow(leaf, scores(key, names.size())));
      }
      RewardBatch batch =
          new RewardBatch(plan.round(), share.index(), 0, names, rows, Map.of("a", "drawn"));
      scored.add(new ScoredShare(batch, shares.get(share.index()).logProbs()));
    }
    return scored;
  }

  private Conditioning of(String promptId) {
    return recipe.conditioner().of(plan.prompt(promptId));
  }

  private float[] scores(String key, int rewards) {
    SplittableRandom random = new SplittableRandom(settings.seed() ^ key.hashCode());
    float[] scores = new float[rewards];
    for (int i = 0; i < rewards; i++) {
      boolean fails = random.nextDouble() < drawn.failureRate();
      scores[i] = fails ? Float.NaN : (float) random.nextGaussian();
    }
    return scores;
  }

  RoundCredit assign(List<ScoredShare> scored) {
    CreditAssigner credits = new CreditAssigner(recipe);
    return credits.assign(credits.estimator().initial(), plan, scored);
  }

  @Override
  public void close() {
    grown.forEach(GrownShare::close);
    try {
      recipe.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One slot of an executor. */
  final class Worker {

    private final Policy policy;
    private final GuidedDenoiser denoiser;
    private final LearnLoop loop;

    private Worker(int number) {
      List<Policy> policies = TinyPolicies.of(drawn.prediction());
      policy = policies.get(number);
      denoiser = denoiser(policy);
      loop = new LearnLoop(denoiser, Optional.of(denoiser(policies.get(2))), Optional.empty());
    }

    private GuidedDenoiser denoiser(Policy network) {
      return new GuidedDenoiser(
          network,
          settings.policy().guidance().scale(),
          settings.policy().guidance().grad(),
          recipe.unconditional());
    }

    Denoiser.Evaluations evaluations() {
      return denoiser.evaluations();
    }

    /** All shares of the round, in share order; grown in {@code order}. */
    List<GrownShare> grow(List<Integer> order) {
      TreeGrower grower = new TreeGrower(denoiser, recipe.sampler(), recipe.trees());
      GrownShare[] shares = new GrownShare[order.size()];
      for (int share : order) {
        shares[share] =
            grower.grow(plan.key(), plan.shares().get(share).forest(), RoundWithoutSpark.this::of);
        grown.add(shares[share]);
      }
      return List.of(shares);
    }

    /** The gradient of one share, and what it amounted to. */
    Learned learn(int share, List<GrownShare> shares, RoundCredit credit) {
      LearnResult result =
          loop.learn(recipe.learner(plan), shares.get(share), credit.shares().get(share));
      float[] gradient = new float[policy.parameters().size()];
      policy.drainGradient(gradient);
      return new Learned(gradient, result);
    }
  }

  record Learned(float[] gradient, LearnResult result) {}
}
