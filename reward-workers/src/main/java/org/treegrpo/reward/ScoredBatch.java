package org.treegrpo.reward;

import java.util.List;

/**
 * The scores of one batch.
 *
 * @param names the rewards, in configuration order
 * @param scores {@code [reward][row]}; NaN = failed
 * @param failures why rows failed, one message for each failed call, by reward, then row
 * @param modelSeconds time spent inside rewards, summed over threads
 */
public record ScoredBatch(
    List<String> names, float[][] scores, List<String> failures, double modelSeconds) {

  public ScoredBatch {
    names = List.copyOf(names);
    failures = List.copyOf(failures);
    if (names.size() != scores.length) {
      throw new IllegalArgumentException(
          "scores: %d rewards need as many score arrays, got %d"
              .formatted(names.size(), scores.length));
    }
  }

  /** The scores of one row, in the order of {@link #names()}. */
  public float[] row(int row) {
    float[] values = new float[scores.length];
    for (int reward = 0; reward < scores.length; reward++) {
      values[reward] = scores[reward][row];
    }
    return values;
  }
}
