package org.treegrpo.reward.arrow;

import java.util.List;
import java.util.Map;

/**
 * The scores of one share, as sent from an executor to the driver. Messages may repeat: the key is
 * (round, share, attempt).
 *
 * @param round 1, 2, ...
 * @param share index of the share in its round
 * @param attempt which attempt of the share's task
 * @param rewardNames the rewards, in the order of each row's scores
 * @param rows one per leaf of the share, in the order of its forest
 * @param versions the version of each reward, by name; may lack some
 */
public record RewardBatch(
    int round,
    int share,
    int attempt,
    List<String> rewardNames,
    List<RewardRow> rows,
    Map<String, String> versions) {

  public RewardBatch {
    rewardNames = List.copyOf(rewardNames);
    rows = List.copyOf(rows);
    versions = Map.copyOf(versions);
    if (rewardNames.stream().distinct().count() != rewardNames.size()) {
      throw new IllegalArgumentException("rewardNames: a name is used twice in " + rewardNames);
    }
    for (int leaf = 0; leaf < rows.size(); leaf++) {
      RewardRow row = rows.get(leaf);
      if (row.leaf() != leaf) {
        throw new IllegalArgumentException(
            "rows: row %d must be of the leaf of that index, got %s".formatted(leaf, row));
      }
      if (row.scores().length != rewardNames.size()) {
        throw new IllegalArgumentException(
            "rows: each row needs a score for each of %s, got %s".formatted(rewardNames, row));
      }
    }
  }
}
