package org.treegrpo.reward.arrow;

import java.util.Arrays;
import java.util.Objects;

/**
 * The scores of one leaf.
 *
 * @param leaf index of the leaf among those of its share
 * @param scores one per reward of the batch; NaN = failed. Not copied.
 */
public record RewardRow(int leaf, float[] scores) {

  public RewardRow {
    Objects.requireNonNull(scores, "scores");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RewardRow row && leaf == row.leaf && Arrays.equals(scores, row.scores);
  }

  @Override
  public int hashCode() {
    return Objects.hash(leaf, Arrays.hashCode(scores));
  }

  @Override
  public String toString() {
    return "RewardRow[leaf %d, %s]".formatted(leaf, Arrays.toString(scores));
  }
}
