package org.treegrpo.job.round;

import java.util.List;
import org.treegrpo.reward.arrow.RewardBatch;

/**
 * What the driver learns of a grown share: its leaves' scores and its edges' log-probs.
 *
 * @param rewards one row a leaf, in the share's leaf order
 * @param edges in the share's edge order
 */
public record ScoredShare(RewardBatch rewards, List<EdgeRecord> edges) {

  public ScoredShare {
    edges = List.copyOf(edges);
  }
}
