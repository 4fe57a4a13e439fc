package org.treegrpo.core.learn;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/**
 * Learns from the edges of trees by parent (ALGORITHMS.md section 1.1): one forward of a parent
 * gives mu for all its children, and the surrogate of its edges is closed-form in the network's
 * output. The loss is the sum over trained edges of weight * (surrogate + penalties). Parents are
 * replayed in their rollout batches, so the ratio is exactly 1 before the first update; a batch
 * without a trained edge is skipped.
 *
 * @param penalties against the base policy; added once to each trained edge
 */
public record EdgeLearner(Sampler sampler, Surrogate surrogate, Penalties penalties)
    implements Learner {

  @Override
  public boolean needs(Need need) {
    return need == Need.REFERENCE && penalties.needReference();
  }

  @Override
  public Stream<? extends LearnBatch> batches(GrownShare share, ShareCredit credit) {
    Credit edges = credit.edges();
    if (edges.size() != share.forest().edges()) {
      throw new IllegalArgumentException(
          "share of %d edges was given the credit of %d"
              .formatted(share.forest().edges(), edges.size()));
    }
    return share.parentBatches().stream()
        .filter(batch -> trains(batch, edges))
        .map(batch -> new ParentLoss(share, batch, sampler, edges, surrogate, penalties));
  }

  private static boolean trains(ParentBatch batch, Credit edges) {
    return IntStream.range(batch.firstEdge(0), batch.endEdge(batch.rows() - 1))
        .anyMatch(edges::trains);
  }
}
