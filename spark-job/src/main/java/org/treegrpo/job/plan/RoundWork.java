package org.treegrpo.job.plan;

import java.util.stream.LongStream;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.tree.WindowSchedule;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.PolicySettings.Guidance;
import org.treegrpo.job.settings.TrainSettings;

/**
 * Network evaluations of a round, per sample (ALGORITHMS.md section 1.1): a batch of B counts B,
 * guidance counts each branch.
 *
 * @param rolloutMean over the rounds of the run with their own windows; the rounds that split trees
 *     include the prefixes that every share computes anew
 * @param rolloutMin of the cheapest round
 * @param rolloutMax of the dearest round
 * @param trainForward of all epochs
 * @param trainBackward of all epochs
 * @param reference forwards of the base policy for the KL term, of all epochs
 */
public record RoundWork(
    double rolloutMean,
    long rolloutMin,
    long rolloutMax,
    long trainForward,
    long trainBackward,
    long reference) {

  static RoundWork of(TrainSettings settings) {
    ForestSettings forest = settings.tree();
    Guidance guidance = settings.policy().guidance();
    TreeShape shape = forest.shape();
    int steps = settings.sampler().steps();
    WindowSchedule window = forest.window().schedule(settings.seed(), steps, shape.width());
    long[] rollout =
        LongStream.rangeClosed(1, settings.rounds())
            .map(round -> ofTree(forest, steps, window.start((int) round)))
            .map(evaluations -> evaluations * forest.trees() * guidance.branches())
            .toArray();
    long parents = (long) parents(forest) * forest.trees() * settings.update().epochs();
    boolean both = guidance.branches() == 2 && guidance.grad() == GuidanceGradient.BOTH;
    return new RoundWork(
        LongStream.of(rollout).average().orElseThrow(),
        LongStream.of(rollout).min().orElseThrow(),
        LongStream.of(rollout).max().orElseThrow(),
        parents * guidance.branches(),
        parents * (both ? 2 : 1),
        settings.update().kl() > 0 ? parents * guidance.branches() : 0);
  }

  /** Rollout evaluations of one tree, all its shares together. */
  private static long ofTree(ForestSettings forest, int steps, int start) {
    TreeShape shape = forest.shape();
    long whole = shape.rolloutEvaluations(steps, start);
    return forest.splitsTrees() ? whole + (shape.branching() - 1L) * (start + 1L) : whole;
  }

  /** Parents evaluated in training: the root of a split tree once in every share. */
  private static int parents(ForestSettings forest) {
    TreeShape shape = forest.shape();
    return forest.splitsTrees() ? shape.parents() + shape.branching() - 1 : shape.parents();
  }
}
