package org.treegrpo.core.advantage;

import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;

/**
 * Backup of leaf advantages to the edges of one tree (ALGORITHMS.md section 1.4): a leaf's edge has
 * its leaf's advantage; any other edge has the weighted mean of its child's edges. An edge is the
 * node that it leads to; arrays are indexed by node, and what they hold of the root is not read.
 * Masked edges (NaN) are those below which every leaf is masked; the weights are normalised over
 * their unmasked siblings.
 */
public final class TreeBackup {

  private TreeBackup() {}

  /**
   * Edge advantages of one whole tree.
   *
   * @param leafAdvantage in the order of the tree's leaves, NaN for a masked leaf
   * @param edgeLogProb log pi_old by node: means over D, or sums over D for {@link
   *     Backup#SOFTMAX_SUM_LOGP}
   * @return advantages by node, NaN for a masked edge; the root has the value of the whole tree
   */
  public static double[] backup(
      Topology tree, double[] leafAdvantage, double[] edgeLogProb, Backup mode) {
    requireLength("leaf advantages", leafAdvantage.length, tree.leaves());
    requireLength("edge log-probs", edgeLogProb.length, tree.nodes());
    double[] advantage = new double[tree.nodes()];
    System.arraycopy(leafAdvantage, 0, advantage, tree.parents(), leafAdvantage.length);
    for (int node = tree.parents() - 1; node >= 0; node--) {
      advantage[node] =
          node(advantage, edgeLogProb, tree.firstChild(node), tree.children(node), mode);
    }
    return advantage;
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
   * @param edgeAdvantage by node, as {@link #backup} returns them; left as it is
   * @param groupTrees number of trees in the prompt's group
   */
  public static double[] correctDepth(Topology tree, double[] edgeAdvantage, int groupTrees) {
    double[] corrected = edgeAdvantage.clone();
    for (int depth = 1; depth <= tree.schedule().depths(); depth++) {
      double factor = depthFactor(tree.schedule(), depth, groupTrees);
      int first = tree.firstAt(depth);
      for (int node = first; node < first + tree.nodesAt(depth); node++) {
        corrected[node] /= factor;
      }
    }
    return corrected;
  }

  /**
   * Expected gradient at a depth over the true one, 1 - 1 / (m n) for m nodes at the depth and n
   * trees in the group: with uniform backup and centred rewards an edge's own leaves are the share
   * 1 / (m n) of the mean that is subtracted from them. With k children everywhere m is k^depth;
   * one tree gives section 1.5's 1 - k^-depth, and n chains (k = 1) give the flat 1 - 1/n.
   *
   * @param depth 1 = first stochastic step
   */
  static double depthFactor(BranchSchedule schedule, int depth, int groupTrees) {
    double factor = 1 - 1.0 / schedule.nodesAt(depth) / groupTrees;
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
