package org.treegrpo.core.learn;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.treegrpo.core.objective.KlPenalty;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/**
 * Learns from the edges of trees by parent (ALGORITHMS.md section 1.1): one forward of a parent
 * gives mu for all its children, and the surrogate of its edges is closed-form in the network's
 * output. The loss is the sum over unmasked edges of weight * (surrogate + KL penalty). Parents are
 * replayed in their rollout batches, so the ratio is exactly 1 before the first update; a batch
 * without an unmasked edge is skipped.
 *
 * @param penalty against the reference policy; added once to each unmasked edge
 */
public record EdgeLearner(Sampler sampler, Surrogate surrogate, KlPenalty penalty)
    implements Learner {

  @Override
  public boolean needsReference() {
    return penalty.beta() > 0;
  }

  @Override
  public Stream<? extends LearnBatch> batches(GrownShare share, ShareCredit credit) {
    int edges = share.forest().edges();
    if (credit.advantages().length != edges) {
      throw new IllegalArgumentException(
          "share of %d edges was given %d advantages".formatted(edges, credit.advantages().length));
    }
    return share.parentBatches().stream()
        .filter(batch -> trains(batch, credit))
        .map(
            batch ->
                new ParentLoss(
                    share, batch, sampler.sdeStep(batch.step()), credit, surrogate, penalty));
  }

  private static boolean trains(ParentBatch batch, ShareCredit credit) {
    return IntStream.range(batch.firstEdge(0), batch.endEdge(batch.rows() - 1))
        .anyMatch(credit::trains);
  }
}
