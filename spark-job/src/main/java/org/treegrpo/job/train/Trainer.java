package org.treegrpo.job.train;

import java.io.IOException;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.report.ConsoleProgress;
import org.treegrpo.job.round.CreditAssigner;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.RewardDefinition;

/**
 * The driver's loop: Algorithm 1 of TreeGRPO, a round at a time. Grow trees from the broadcast
 * weights, turn leaf rewards into edge advantages, learn by parent, step the optimiser.
 */
final class Trainer {

  private final SparkCluster cluster;
  private final Recipe recipe;
  private final TrainSettings settings;
  private final PolicyOptimizer optimizer;
  private final RunRecorder recorder;
  private final CheckpointStore checkpoints;
  private final ConsoleProgress progress;
  private final ParameterLayout layout;
  private final CreditAssigner credits;
  private final Evaluator evaluator;
  private final RoundGuard guard;

  Trainer(
      SparkCluster cluster,
      Recipe recipe,
      PolicyOptimizer optimizer,
      RunRecorder recorder,
      CheckpointStore checkpoints,
      ConsoleProgress progress,
      ParameterLayout layout) {
    this.cluster = cluster;
    this.recipe = recipe;
    this.settings = recipe.settings();
    this.optimizer = optimizer;
    this.recorder = recorder;
    this.checkpoints = checkpoints;
    this.progress = progress;
    this.layout = layout;
    this.credits =
        new CreditAssigner(
            settings.tree().shape(),
            settings.advantage(),
            recipe.trainedRewards().stream().mapToDouble(RewardDefinition::weight).toArray(),
            settings.update().edgeReduction());
    this.evaluator = new Evaluator(cluster, recipe);
    this.guard = new RoundGuard(settings);
  }

  /**
   * Trains from the round after {@code finished} to the last one.
   *
   * @param finished rounds done before this process started
   */
  void run(int finished) throws IOException {
    if (finished == 0) {
      evaluate(0);
    }
    for (int round = finished + 1; round <= settings.rounds(); round++) {
      train(round, round == finished + 1);
      if (due(settings.evaluation().every(), round)) {
        evaluate(round);
      }
    }
  }

  private void train(int round, boolean first) throws IOException {
    Stopwatch watch = new Stopwatch();
    RoundFigures figures = new RoundFigures(recipe, recipe.plan(round));
    WeightBroadcast rollout = cluster.broadcast(optimizer.weights());
    try {
      RoundPlan plan = figures.plan();
      boolean preview = first || round == settings.rounds();
      GrownRound grown = cluster.grow(plan, rollout, first, preview, share -> {});
      figures.grown(grown, watch.lap());
      guard.checkRatio(grown);
      guard.checkRewards(round, grown);

      RoundCredit credit = credits.assign(plan, grown.shares());
      figures.credited(credit, watch.lap());

      learn(figures, rollout, rollout, watch);
      for (int epoch = 1; epoch < settings.update().epochs(); epoch++) {
        WeightBroadcast updated = cluster.broadcast(optimizer.weights());
        try {
          learn(figures, rollout, updated, watch);
        } finally {
          updated.destroy();
        }
      }
    } finally {
      rollout.destroy();
    }
    record(figures, watch);
  }

  /** One epoch: the gradient at {@code weights} and the step along it. */
  private void learn(
      RoundFigures figures, WeightBroadcast rollout, WeightBroadcast weights, Stopwatch watch) {
    LearnedRound learned =
        cluster.learn(figures.plan(), figures.grown(), rollout, weights, figures.credit());
    double learnSeconds = watch.lap();
    PolicyOptimizer.Step step = optimizer.step(learned.gradient());
    figures.learned(learned, step, learnSeconds, watch.lap());
  }

  private void record(RoundFigures figures, Stopwatch watch) throws IOException {
    int round = figures.plan().round();
    String digest = WeightsDigest.sha256(optimizer.weights());
    recorder.audit(figures.plan(), figures.grown(), figures.credit());
    recorder.tree(figures.plan(), figures.grown(), figures.credit());
    watch.lap();
    if (due(settings.checkpoint().every(), round)) {
      checkpoint(round, digest);
    }
    RoundMetrics metrics = figures.metrics(digest, watch.lap(), watch.total());
    recorder.round(metrics);
    progress.round(metrics);
  }

  private void evaluate(int round) throws IOException {
    Evaluator.Evaluation evaluation = evaluator.evaluate(round, optimizer.evaluationWeights());
    recorder.evaluation(evaluation);
    progress.evaluation(evaluation.figures());
  }

  private void checkpoint(int round, String digest) throws IOException {
    checkpoints.save(
        optimizer.checkpoint(
            layout,
            new CheckpointState(
                round, optimizer.steps(), settings.seed(), settings.resolved().sha256(), digest)));
    checkpoints.prune(settings.checkpoint().keep());
  }

  private boolean due(int every, int round) {
    return round == settings.rounds() || (every > 0 && round % every == 0);
  }
}
