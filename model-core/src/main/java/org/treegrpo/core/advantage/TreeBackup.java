package org.treegrpo.core.advantage;

import org.treegrpo.core.tree.TreeShape;

/**
 * Backup of leaf advantages to the edges of one tree (ALGORITHMS.md section 1.4): a leaf's edge has
 * its leaf's advantage; any other edge has the weighted mean of its child's edges. Arrays by depth
 * have one row a window step, row {@code j - 1} with the k^j edges of depth j in lexicographic path
 * order. Masked edges (NaN) are those below which every leaf is masked; the weights are normalised
 * over their unmasked siblings.
 */
public final class TreeBackup {

  private TreeBackup() {}

  /**
   * Edge advantages of one tree.
   *
   * @param branching k
   * @param width w
   * @param leafAdvantage the k^w leaf advantages in path order, NaN for a masked leaf
   * @param edgeLogProb log pi_old of the edges by depth: means over D, or sums over D for {@link
   *     Backup#SOFTMAX_SUM_LOGP}
   * @return advantages by depth, NaN for a masked edge
   */
  public static double[][] backup(
      int branching, int width, double[] leafAdvantage, double[][] edgeLogProb, Backup mode) {
    TreeShape shape = new TreeShape(branching, width);
    requireLength("leaf advantages", leafAdvantage.length, shape.leaves());
    requireLength("depths of edge log-probs", edgeLogProb.length, width);
    double[][] edges = new double[width][];
    edges[width - 1] = leafAdvantage.clone();
    for (int depth = width; depth >= 1; depth--) {
      double[] logProb = edgeLogProb[depth - 1];
      requireLength("edge log-probs at depth " + depth, logProb.length, shape.nodesAt(depth));
      if (depth > 1) {
        double[] nodes = new double[shape.nodesAt(depth - 1)];
        for (int node = 0; node < nodes.length; node++) {
          nodes[node] = node(edges[depth - 1], logProb, node * branching, branching, mode);
        }
        edges[depth - 2] = nodes;
      }
    }
    return edges;
  }

  /** A_node = sum over the k edges from {@code first} on of weight times A_edge. */
  private static double node(
      double[] advantage, double[] logProb, int first, int branching, Backup mode) {
    double[] weights = siblingWeights(advantage, logProb, first, branching, mode);
    double value = 0;
    boolean masked = true;
    for (int child = 0; child < branching; child++) {
      if (!Double.isNaN(advantage[first + child])) {
        value += weights[child] * advantage[first + child];
        masked = false;
      }
    }
    return masked ? Double.NaN : value;
  }

  /** Weights of the k siblings from {@code first} on: 0 if masked, else summing to 1. */
  static double[] siblingWeights(
      double[] advantage, double[] logProb, int first, int branching, Backup mode) {
    double[] scores = new double[branching];
    double greatest = Double.NEGATIVE_INFINITY;
    for (int child = 0; child < branching; child++) {
      scores[child] = score(advantage[first + child], logProb[first + child], mode);
      greatest = Math.max(greatest, scores[child]);
    }
    double sum = 0;
    double[] weights = new double[branching];
    for (int child = 0; child < branching; child++) {
      boolean masked = scores[child] == Double.NEGATIVE_INFINITY;
      weights[child] = masked ? 0 : StrictMath.exp(scores[child] - greatest);
      sum += weights[child];
    }
    for (int child = 0; child < branching && sum > 0; child++) {
      weights[child] /= sum;
    }
    return weights;
  }

  private static double score(double advantage, double logProb, Backup mode) {
    if (Double.isNaN(advantage)) {
      return Double.NEGATIVE_INFINITY;
    }
    return switch (mode) {
      case UNIFORM -> 0;
      case SOFTMAX_MEAN_LOGP, SOFTMAX_SUM_LOGP -> {
        if (!Double.isFinite(logProb)) {
          throw new IllegalArgumentException(
              "an unmasked edge has log pi_old %s; it must be finite".formatted(logProb));
        }
        yield logProb;
      }
    };
  }

  /**
   * Divides each edge by {@link #depthFactor}.
   *
   * @param edgeAdvantage by depth, as {@link #backup} returns them; left as it is
   * @param groupTrees number of trees in the prompt's group
   */
  public static double[][] correctDepth(double[][] edgeAdvantage, int branching, int groupTrees) {
    double[][] corrected = new double[edgeAdvantage.length][];
    for (int row = 0; row < corrected.length; row++) {
      double factor = depthFactor(branching, row + 1, groupTrees);
      corrected[row] = edgeAdvantage[row].clone();
      for (int edge = 0; edge < corrected[row].length; edge++) {
        corrected[row][edge] /= factor;
      }
    }
    return corrected;
  }

  /**
   * Expected gradient at a depth over the true one, 1 - k^-depth / n for n trees in the group: with
   * uniform backup and centred rewards an edge's own leaves are the share k^-depth / n of the mean
   * that is subtracted from them. One tree gives section 1.4's 1 - k^-depth; n chains (k = 1) give
   * the flat 1 - 1/n.
   *
   * @param depth 1 = first window step
   */
  public static double depthFactor(int branching, int depth, int groupTrees) {
    if (branching < 1 || depth < 1 || groupTrees < 1) {
      throw new IllegalArgumentException(
          "branching, depth and trees must be at least 1, were %d, %d, %d"
              .formatted(branching, depth, groupTrees));
    }
    double factor = 1 - StrictMath.pow(branching, -depth) / groupTrees;
    if (factor == 0) {
      throw new IllegalArgumentException(
          "depth-correction needs a group of two leaves or more: branching is 1 with one tree;"
              + " raise branching or trees-per-prompt, or switch depth-correction off");
    }
    return factor;
  }

  private static void requireLength(String what, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s: %d, but the tree's shape needs %d".formatted(what, length, expected));
    }
  }
}
