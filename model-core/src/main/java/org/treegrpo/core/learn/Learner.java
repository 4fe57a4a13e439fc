package org.treegrpo.core.learn;

import java.util.stream.Stream;
import org.treegrpo.core.tree.GrownShare;

/** Turns a rollout and its credit into batches to learn from; stateless. */
public interface Learner {

  /** Whether the batches need the output of the reference network. */
  boolean needsReference();

  /**
   * The batches of a share, in a fixed order, each made when it is its turn.
   *
   * @param share still open while the batches are used
   */
  Stream<? extends LearnBatch> batches(GrownShare share, ShareCredit credit);
}
