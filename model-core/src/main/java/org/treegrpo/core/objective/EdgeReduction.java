package org.treegrpo.core.objective;

/** How the edges of one tree add up to its loss ({@code update.edge-reduction}). */
public enum EdgeReduction {
  /** Mean over the tree's unmasked edges, the default. */
  MEAN,
  /** Sum over the tree's unmasked edges, as Algorithm 1 of TreeGRPO prints it. */
  SUM
}
