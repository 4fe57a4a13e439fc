package org.treegrpo.reward.arrow;

import java.util.Arrays;
import java.util.Objects;

/**
 * The scores of one leaf.
 *
 * @param promptId the prompt
 * @param tree index of the tree among the prompt's trees
 * @param path the leaf's path in its tree, such as {@code "0.2.1"}
 * @param scores one per reward of the batch; NaN = failed. Not copied.
 */
public record RewardRow(String promptId, int tree, String path, float[] scores) {

  public RewardRow {
    Objects.requireNonNull(promptId, "promptId");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(scores, "scores");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RewardRow row
        && promptId.equals(row.promptId)
        && tree == row.tree
        && path.equals(row.path)
        && Arrays.equals(scores, row.scores);
  }

  @Override
  public int hashCode() {
    return Objects.hash(promptId, tree, path, Arrays.hashCode(scores));
  }

  @Override
  public String toString() {
    return "RewardRow[%s, tree %d, path %s, %s]"
        .formatted(promptId, tree, path, Arrays.toString(scores));
  }
}
