package org.treegrpo.job.plan;

import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.IntStream;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.learn.LateAnchor;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.WindowSchedule;
import org.treegrpo.job.round.TrainedDepths;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.LateAnchorSettings;
import org.treegrpo.job.settings.PolicySettings.Guidance;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.UpdateSettings;

/**
 * Network evaluations of a round, per sample (ALGORITHMS.md section 1.1): a batch of B counts B,
 * guidance counts each branch.
 *
 * @param rolloutMean over the rounds of the run with their own windows; the rounds that split trees
 *     include the prefixes that every share computes anew
 * @param rolloutMin of the cheapest round
 * @param rolloutMax of the dearest round
 * @param trainForward mean over the rounds, of all epochs; where leaves are pruned or rewards fail
 *     it may be less
 * @param trainBackward the same
 * @param reference forwards without gradient while learning: of the base policy for the penalties,
 *     of the older one that rollouts are drawn with
 */
public record RoundWork(
    double rolloutMean,
    long rolloutMin,
    long rolloutMax,
    double trainForward,
    double trainBackward,
    double reference) {

  static RoundWork of(TrainSettings settings, Family family) {
    ForestSettings forest = settings.tree();
    Guidance guidance = settings.policy().guidance();
    WindowSchedule window =
        forest.window().schedule(settings.seed(), settings.sampler().steps(), forest.width());
    Map<Integer, Topology> byStart = new HashMap<>();
    LongSummaryStatistics rollout = new LongSummaryStatistics();
    double edges = 0;
    double anchors = 0;
    for (int round = 1; round <= settings.rounds(); round++) {
      Topology tree =
          byStart.computeIfAbsent(
              window.start(round),
              start -> Topology.of(forest.schedule(start, settings.sampler())));
      List<Topology> parts = forest.parts(tree);
      rollout.accept(
          parts.stream().mapToLong(Topology::evaluations).sum()
              * forest.trees()
              * guidance.branches());
      List<Status> depths =
          TrainedDepths.of(
              settings.update(), family, new RoundKey(settings.seed(), round), tree.schedule());
      edges += trainedParents(parts, depths) * forest.trees();
      anchors += anchored(settings, tree);
    }
    return of(settings, rollout, edges / settings.rounds(), anchors / settings.rounds());
  }

  /**
   * @param parents rows of edges' parents a pass
   * @param anchors rows of the late anchor a pass
   */
  private static RoundWork of(
      TrainSettings settings, LongSummaryStatistics rollout, double parents, double anchors) {
    UpdateSettings update = settings.update();
    Guidance guidance = settings.policy().guidance();
    boolean onLeaves = update.learner().onLeaves();
    double rows =
        onLeaves
            ? (double) settings.tree().trees()
                * settings.tree().leaves()
                * update.leaves().learner().draws()
            : parents;
    int epochs = update.epochs();
    double old = 0;
    if (onLeaves) {
      // the weights are those of the rollout at the round's first optimiser step, unless they lag
      double first = update.learner().laggingRollouts() ? 0 : rows / update.stepsPerRound();
      old = rows * epochs - first;
    }
    boolean both = guidance.branches() == 2 && guidance.grad() == GuidanceGradient.BOTH;
    double compared = (update.penalties().needReference() ? rows : 0) + anchors;
    return new RoundWork(
        rollout.getAverage(),
        rollout.getMin(),
        rollout.getMax(),
        (rows + anchors) * epochs * guidance.branches(),
        (rows + anchors) * epochs * (both ? 2 : 1),
        (compared * epochs + old) * guidance.branches());
  }

  /** Of one tree: the parents of each depth that is trained. */
  private static long trainedParents(List<Topology> parts, List<Status> depths) {
    return parts.stream().mapToLong(part -> trainedParents(part, depths)).sum();
  }

  /** A batch of parents none of whose edges belongs to the part is left out. */
  static long trainedParents(Topology part, List<Status> depths) {
    return IntStream.range(0, depths.size())
        .filter(depth -> depths.get(depth) == Status.TRAINED)
        .filter(depth -> ownsEdgeTo(part, depth + 1))
        .mapToLong(part::nodesAt)
        .sum();
  }

  private static boolean ownsEdgeTo(Topology part, int depth) {
    int first = part.firstAt(depth);
    return IntStream.range(first, first + part.nodesAt(depth)).anyMatch(part::owns);
  }

  private static long anchored(TrainSettings settings, Topology tree) {
    LateAnchorSettings anchor = settings.update().lateAnchor();
    long leaves = (long) settings.tree().trees() * tree.leaves();
    int late = tree.schedule().steps() - LateAnchor.first(tree.schedule(), anchor.steps());
    return anchor.beta() == 0 ? 0 : Math.min(anchor.rows(), leaves) * late;
  }
}
