package org.treegrpo.core.objective;

import java.util.Arrays;

/**
 * The factor of each edge's {@link Surrogate.Term} in the round's loss, L = mean over trees, mean
 * or sum over the tree's unmasked edges (ALGORITHMS.md section 1.5). Trees without an unmasked edge
 * carry no information and do not count in the mean over trees.
 */
public final class EdgeWeights {

  private EdgeWeights() {}

  /**
   * Weights by tree: every unmasked edge of tree i has weight {@code result[i]}.
   *
   * @param unmaskedEdges number of unmasked edges of each tree of the round, or of the mini-batch
   *     that one optimiser step sees
   * @return one weight a tree, 0 for a tree without unmasked edges
   */
  public static double[] perTree(int[] unmaskedEdges, EdgeReduction reduction) {
    for (int tree = 0; tree < unmaskedEdges.length; tree++) {
      if (unmaskedEdges[tree] < 0) {
        throw new IllegalArgumentException(
            "tree %d has %d unmasked edges; the number must be at least 0"
                .formatted(tree, unmaskedEdges[tree]));
      }
    }
    long trees = Arrays.stream(unmaskedEdges).filter(edges -> edges > 0).count();
    return Arrays.stream(unmaskedEdges)
        .mapToDouble(edges -> edges == 0 ? 0 : 1.0 / (trees * divisor(edges, reduction)))
        .toArray();
  }

  private static double divisor(int edges, EdgeReduction reduction) {
    return switch (reduction) {
      case MEAN -> edges;
      case SUM -> 1;
    };
  }
}
