package org.treegrpo.job.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.executor.GrownBlock;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.ModelSeconds;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;
import org.treegrpo.job.report.ConsoleProgress;
import org.treegrpo.job.round.CreditAssigner;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.ScoredShare;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.arrow.RewardRow;

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
    RoundPlan plan = recipe.plan(round);
    WeightBroadcast rollout = cluster.broadcast(optimizer.weights());
    GrownRound grown;
    RoundCredit credit;
    LearnedRound learned;
    PolicyOptimizer.Step step;
    double growSeconds;
    double advantageSeconds;
    double learnSeconds = 0;
    double updateSeconds = 0;
    try {
      boolean preview = first || round == settings.rounds();
      grown = cluster.grow(plan, rollout, first, preview, share -> {});
      growSeconds = watch.lap();
      guard.checkRatio(grown);
      guard.checkRewards(round, grown);

      credit = credits.assign(plan, grown.shares());
      advantageSeconds = watch.lap();

      learned = cluster.learn(plan, grown, rollout, rollout, credit);
      learnSeconds += watch.lap();
      step = optimizer.step(learned.gradient());
      updateSeconds += watch.lap();
      for (int epoch = 1; epoch < settings.update().epochs(); epoch++) {
        WeightBroadcast updated = cluster.broadcast(optimizer.weights());
        try {
          learned = learned.then(cluster.learn(plan, grown, rollout, updated, credit));
        } finally {
          updated.destroy();
        }
        learnSeconds += watch.lap();
        step = optimizer.step(learned.gradient());
        updateSeconds += watch.lap();
      }
    } finally {
      rollout.destroy();
    }
    String digest = WeightsDigest.sha256(optimizer.weights());
    recorder.audit(plan, grown, credit);
    recorder.tree(plan, grown, credit);
    watch.lap();
    if (due(settings.checkpoint().every(), round)) {
      checkpoint(round, digest);
    }
    double checkpointSeconds = watch.lap();
    double scoreSeconds = scoreTail(grown);
    PhaseSeconds seconds =
        new PhaseSeconds(
            growSeconds - scoreSeconds,
            scoreSeconds,
            advantageSeconds,
            learnSeconds,
            updateSeconds,
            checkpointSeconds,
            watch.total());
    RoundMetrics metrics = metrics(plan, grown, credit, learned, step, seconds, digest);
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

  /** Time in which the slowest task had nothing left to do but to wait for scores. */
  private static double scoreTail(GrownRound grown) {
    double grow = 0;
    double total = 0;
    for (GrownBlock block : grown.blocks()) {
      grow = Math.max(grow, block.growSeconds());
      total = Math.max(total, block.totalSeconds());
    }
    return total - grow;
  }

  private RoundMetrics metrics(
      RoundPlan plan,
      GrownRound grown,
      RoundCredit credit,
      LearnedRound learned,
      PolicyOptimizer.Step step,
      PhaseSeconds seconds,
      String digest) {
    LearnResult statistics = learned.statistics();
    long edges = grown.shares().stream().mapToLong(share -> share.edges().size()).sum();
    return new RoundMetrics(
        plan.round(),
        plan.key().windowStart(),
        seconds,
        new ModelSeconds(
            grown.blocks().stream().mapToDouble(GrownBlock::networkSeconds).sum(),
            learned.networkSeconds(),
            grown.blocks().stream().mapToDouble(GrownBlock::rewardSeconds).sum()),
        new NetworkEvaluations(
            grown.blocks().stream().mapToLong(GrownBlock::evaluations).sum(),
            learned.trainForward(),
            learned.trainBackward()),
        (long) plan.trees() * settings.tree().shape().leaves(),
        (long) plan.trees() * settings.tree().shape().parents(),
        edges,
        rewards(grown.shares()),
        credit.standardDeviation(),
        credit.zeroVarianceGroups(),
        statistics.maxRatioDeviation(),
        statistics.edges() == 0 ? 0 : (double) statistics.clipped() / statistics.edges(),
        statistics.edges() == 0 ? 0 : statistics.approxKlSum() / statistics.edges(),
        step.gradientNorm(),
        step.learningRate(),
        digest,
        learned.sharesRegrown());
  }

  private Map<String, RewardStatistics> rewards(List<ScoredShare> shares) {
    Map<String, RewardStatistics> statistics = new LinkedHashMap<>();
    List<RewardDefinition> definitions = recipe.trainedRewards();
    for (int reward = 0; reward < definitions.size(); reward++) {
      List<Double> scores = new ArrayList<>();
      for (ScoredShare share : shares) {
        for (RewardRow row : share.rewards().rows()) {
          scores.add((double) row.scores()[reward]);
        }
      }
      statistics.put(
          definitions.get(reward).name(),
          RewardStatistics.of(scores.stream().mapToDouble(Double::doubleValue).toArray()));
    }
    return statistics;
  }
}
