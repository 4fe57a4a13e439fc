package org.treegrpo.job.executor;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.learn.LearnResult;

/**
 * Result of a learn task.
 *
 * @param levels level of each partial sum in the share tree
 * @param indices index of each partial sum on its level
 * @param partials the partial gradient sums
 * @param statistics {@code [share of the block][...]}, see {@link #results}
 * @param sharesRegrown shares whose rollout was not here
 * @param trainForward network evaluations with gradients
 * @param trainBackward backward passes
 * @param networkSeconds inside the network
 */
public record LearnedBlock(
    int[] levels,
    int[] indices,
    float[][] partials,
    double[][] statistics,
    int sharesRegrown,
    long trainForward,
    long trainBackward,
    double networkSeconds) {

  /** The statistics, a share each. */
  public List<LearnResult> results() {
    return Arrays.stream(statistics)
        .map(
            s ->
                new LearnResult(
                    s[0], s[1], s[2], (long) s[3], (long) s[4], s[5], s[6], s[7], (long) s[8]))
        .toList();
  }

  static double[] row(LearnResult result) {
    return new double[] {
      result.loss(),
      result.klPenalty(),
      result.outputPenalties(),
      result.edges(),
      result.clipped(),
      result.maxRatioDeviation(),
      result.approxKlSum(),
      result.oldGapSum(),
      result.parents()
    };
  }
}
