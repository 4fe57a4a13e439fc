package org.treegrpo.core.learn;

import java.util.stream.Stream;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.tree.GrownShare;

/** Turns a rollout and its credit into batches to learn from; stateless. */
public interface Learner {

  /** What a learner reads besides the rollout's window and its credit. */
  enum Need {
    /** The output of the base on every batch. */
    REFERENCE,
    /** The output, on every batch, of the network that the rollout was drawn with. */
    OLD,
    /** The final latents of the leaves. */
    LEAVES
  }

  /** Whether the learner has a need. */
  boolean needs(Need need);

  /**
   * The batches of a share, in a fixed order, each made when it is its turn.
   *
   * @param share still open while the batches are used
   */
  Stream<? extends LearnBatch> batches(GrownShare share, ShareCredit credit);
}
