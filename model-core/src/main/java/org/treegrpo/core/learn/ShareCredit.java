package org.treegrpo.core.learn;

/**
 * The credit of one share's edges, in the order of its forest. Not copied.
 *
 * @param advantages one per edge; NaN masks the edge
 * @param weights the factor of each edge in the round's loss; those of masked edges are not read
 */
public record ShareCredit(double[] advantages, double[] weights) {

  public ShareCredit {
    if (advantages.length != weights.length) {
      throw new IllegalArgumentException(
          "%d advantages and %d weights are not of the same edges"
              .formatted(advantages.length, weights.length));
    }
  }

  /** Whether an edge is part of the loss. */
  boolean trains(int edge) {
    return !Double.isNaN(advantages[edge]);
  }
}
