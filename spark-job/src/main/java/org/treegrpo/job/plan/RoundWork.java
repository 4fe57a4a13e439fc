package org.treegrpo.job.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.topology.Topology;
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
 * @param reference forwards of the base policy for the penalties, of all epochs
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
    int steps = settings.sampler().steps();
    WindowSchedule window = forest.window().schedule(settings.seed(), steps, forest.width());
    Map<Integer, Long> byStart = new HashMap<>();
    long[] rollout =
        LongStream.rangeClosed(1, settings.rounds())
            .map(
                round ->
                    byStart.computeIfAbsent(
                        window.start((int) round),
                        start -> sum(forest, start, steps, Topology::evaluations)))
            .map(evaluations -> evaluations * forest.trees() * guidance.branches())
            .toArray();
    long parents =
        sum(forest, 0, steps, Topology::parents) * forest.trees() * settings.update().epochs();
    boolean both = guidance.branches() == 2 && guidance.grad() == GuidanceGradient.BOTH;
    return new RoundWork(
        LongStream.of(rollout).average().orElseThrow(),
        LongStream.of(rollout).min().orElseThrow(),
        LongStream.of(rollout).max().orElseThrow(),
        parents * guidance.branches(),
        parents * (both ? 2 : 1),
        settings.update().penalties().needReference() ? parents * guidance.branches() : 0);
  }

  /** Over the parts of one tree, which all compute their way to the part. */
  private static long sum(
      ForestSettings forest, int start, int steps, ToLongFunction<Topology> figure) {
    return forest.parts(Topology.of(forest.schedule(start, steps))).stream()
        .mapToLong(figure)
        .sum();
  }
}
