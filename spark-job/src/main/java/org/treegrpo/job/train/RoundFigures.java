package org.treegrpo.job.train;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.job.cluster.SparkCluster.GrownRound;
import org.treegrpo.job.cluster.SparkCluster.LearnedRound;
import org.treegrpo.job.executor.GrownBlock;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.ModelSeconds;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.reward.RewardDefinition;

/** What a round has produced so far and how long it took; becomes its line of metrics. */
final class RoundFigures {

  private final Recipe recipe;
  private final RoundPlan plan;
  private @Nullable GrownRound grown;
  private @Nullable RoundCredit credit;
  private @Nullable LearnedRound learned;
  private PolicyOptimizer.@Nullable Step step;
  private int stepsLeftOut;
  private final BitSet reached = new BitSet();
  private double growSeconds;
  private double advantageSeconds;
  private double learnSeconds;
  private double updateSeconds;

  RoundFigures(Recipe recipe, RoundPlan plan) {
    this.recipe = recipe;
    this.plan = plan;
  }

  RoundPlan plan() {
    return plan;
  }

  GrownRound grown() {
    return after("grow", grown);
  }

  RoundCredit credit() {
    return after("advantage", credit);
  }

  void grown(GrownRound round, double seconds) {
    grown = round;
    growSeconds = seconds;
  }

  void credited(RoundCredit round, double seconds) {
    credit = round;
    advantageSeconds = seconds;
  }

  /**
   * Adds an optimiser step.
   *
   * @param tensors that its gradient reached, by index
   */
  void learned(
      LearnedRound epoch,
      BitSet tensors,
      PolicyOptimizer.Step taken,
      double learning,
      double updating) {
    reached.or(tensors);
    learned = learned == null ? epoch : learned.then(epoch);
    if (taken.isLeftOut()) {
      stepsLeftOut++;
    }
    if (step == null || !taken.isLeftOut()) {
      step = taken;
    }
    learnSeconds += learning;
    updateSeconds += updating;
  }

  /** Optimizer steps that were not taken, as their gradient was not finite. */
  int stepsLeftOut() {
    return stepsLeftOut;
  }

  /** The trained tensors that got a gradient, by index. */
  BitSet reached() {
    return reached;
  }

  /**
   * The round's metrics.
   *
   * @param digest SHA-256 of the weights after the round
   */
  RoundMetrics metrics(String digest, double checkpointSeconds, double totalSeconds) {
    List<GrownBlock> blocks = grown().blocks();
    LearnedRound learned = after("learn", this.learned);
    PolicyOptimizer.Step step = after("update", this.step);
    LearnResult statistics = learned.statistics();
    double scoreSeconds = scoreTail(blocks);
    double edges = Math.max(1, statistics.edges());
    return new RoundMetrics(
        plan.round(),
        plan.windowStart(),
        new PhaseSeconds(
            growSeconds - scoreSeconds,
            scoreSeconds,
            advantageSeconds,
            learnSeconds,
            updateSeconds,
            checkpointSeconds,
            totalSeconds),
        new ModelSeconds(
            blocks.stream().mapToDouble(GrownBlock::networkSeconds).sum(),
            learned.networkSeconds(),
            blocks.stream().mapToDouble(GrownBlock::rewardSeconds).sum()),
        new NetworkEvaluations(
            blocks.stream().mapToLong(GrownBlock::evaluations).sum(),
            learned.trainForward(),
            learned.trainBackward()),
        (long) plan.trees() * plan.topology().leaves(),
        (long) plan.trees() * plan.topology().parents(),
        grown().shares().stream().mapToLong(share -> share.logProbs().length).sum(),
        rewards(),
        credit().standardDeviation(),
        credit().zeroVarianceGroups(),
        ofRatio(statistics.maxRatioDeviation()),
        ofRatio(statistics.clipped() / edges),
        ofRatio(statistics.approxKlSum() / edges),
        statistics.klPenalty() + statistics.outputPenalties(),
        recipe.settings().update().learner().laggingRollouts()
            ? statistics.oldGapSum() / edges
            : Double.NaN,
        step.gradientNorm(),
        step.gradientRms(),
        reached.cardinality(),
        step.learningRate(),
        digest,
        learned.sharesRegrown() + blocks.stream().mapToInt(GrownBlock::sharesRegrown).sum());
  }

  /** A figure that only learners with a ratio have. */
  private double ofRatio(double figure) {
    return recipe.settings().update().learner().laggingRollouts() ? Double.NaN : figure;
  }

  private static <T> T after(String phase, @Nullable T made) {
    if (made == null) {
      throw new IllegalStateException(
          "asked for before the round's phase '" + phase + "' was over");
    }
    return made;
  }

  /** Time in which the slowest task had nothing left to do but to wait for scores. */
  private static double scoreTail(List<GrownBlock> blocks) {
    double grow = blocks.stream().mapToDouble(GrownBlock::growSeconds).max().orElse(0);
    double total = blocks.stream().mapToDouble(GrownBlock::totalSeconds).max().orElse(0);
    return total - grow;
  }

  private Map<String, RewardStatistics> rewards() {
    Map<String, RewardStatistics> statistics = new LinkedHashMap<>();
    List<RewardDefinition> definitions = recipe.trainedRewards();
    for (int i = 0; i < definitions.size(); i++) {
      int reward = i;
      double[] scores =
          grown().shares().stream()
              .flatMap(share -> share.rewards().rows().stream())
              .mapToDouble(row -> row.scores()[reward])
              .toArray();
      statistics.put(definitions.get(i).name(), RewardStatistics.of(scores));
    }
    return statistics;
  }
}
