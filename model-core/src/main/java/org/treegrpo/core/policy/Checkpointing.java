package org.treegrpo.core.policy;

/** What of a forward pass is kept for its backward pass. */
public enum Checkpointing {
  /** All activations. */
  OFF,
  /**
   * The states between the segments of the network; a segment's activations are computed again when
   * the backward pass comes to it. Costs about another forward pass.
   */
  BLOCKS
}
