package org.treegrpo.job.audit;

import java.util.Arrays;
import org.treegrpo.core.credit.Status;

/**
 * One row of {@code leaves.parquet}.
 *
 * @param promptId the prompt's id
 * @param tree index of the tree among the prompt's trees
 * @param path of the leaf, such as {@code 0.2.1}
 * @param rewards one score per reward, in the order of the writer's reward names; NaN = failed,
 *     written as null. Not copied
 * @param rewardTotal weighted sum; NaN where a reward failed
 * @param advantage of the leaf; NaN where a reward failed
 * @param status of the leaf, and of the edge that leads to it
 * @param weights CRC32C of those that an executor grew it with, as it has read them
 */
public record LeafRow(
    String promptId,
    int tree,
    String path,
    double[] rewards,
    double rewardTotal,
    double advantage,
    Status status,
    String weights) {

  @Override
  public boolean equals(Object other) {
    return other instanceof LeafRow row
        && promptId.equals(row.promptId)
        && tree == row.tree
        && path.equals(row.path)
        && Arrays.equals(rewards, row.rewards)
        && Double.compare(rewardTotal, row.rewardTotal) == 0
        && Double.compare(advantage, row.advantage) == 0
        && status == row.status
        && weights.equals(row.weights);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * promptId.hashCode() + tree) + path.hashCode();
  }

  @Override
  public String toString() {
    return "LeafRow[%s, tree %d, path %s, rewards %s, total %s, advantage %s, %s]"
        .formatted(promptId, tree, path, Arrays.toString(rewards), rewardTotal, advantage, status);
  }
}
