package org.treegrpo.core.credit;

import java.util.Arrays;
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
   * @param beta of {@link Backup#SOFTMAX_PATH_LOGP}
   * @return advantages by node, NaN for a masked edge; the root has the value of the whole tree
   */
  public static double[] backup(
      Topology tree, double[] leafAdvantage, double[] edgeLogProb, Backup mode, double beta) {
    requireLength("leaf advantages", leafAdvantage.length, tree.leaves());
    requireLength("edge log-probs", edgeLogProb.length, tree.nodes());
    double[] advantage = new double[tree.nodes()];
    double[] below = new double[tree.nodes()];
    System.arraycopy(leafAdvantage, 0, advantage, tree.parents(), leafAdvantage.length);
    for (int node = tree.parents() - 1; node >= 0; node--) {
      int first = tree.firstChild(node);
      double[] scores = new double[tree.children(node)];
      for (int child = 0; child < scores.length; child++) {
        scores[child] =
            Double.isNaN(advantage[first + child])
                ? Double.NEGATIVE_INFINITY
                : score(edgeLogProb[first + child], below[first + child], mode, beta);
      }
      advantage[node] = mean(advantage, first, siblingWeights(scores));
      below[node] = mode == Backup.SOFTMAX_PATH_LOGP ? logSumExp(scores) : 0;
    }
    return advantage;
  }

  /** Sum over the edges from {@code first} on of weight times A_edge; NaN if all are masked. */
  private static double mean(double[] advantage, int first, double[] weights) {
    double value = 0;
    boolean masked = true;
    for (int child = 0; child < weights.length; child++) {
      if (!Double.isNaN(advantage[first + child])) {
        value += weights[child] * advantage[first + child];
        masked = false;
      }
    }
    return masked ? Double.NaN : value;
  }

  /** Softmax: 0 for a masked sibling, whose score is negative infinity, else summing to 1. */
  static double[] siblingWeights(double[] scores) {
    double greatest = greatest(scores);
    double sum = 0;
    double[] weights = new double[scores.length];
    for (int child = 0; child < scores.length; child++) {
      boolean masked = scores[child] == Double.NEGATIVE_INFINITY;
      weights[child] = masked ? 0 : StrictMath.exp(scores[child] - greatest);
      sum += weights[child];
    }
    for (int child = 0; child < scores.length && sum > 0; child++) {
      weights[child] /= sum;
    }
    return weights;
  }

  /**
   * @param below log of the summed weights of the leaves below the child
   */
  private static double score(double logProb, double below, Backup mode, double beta) {
    if (mode == Backup.UNIFORM) {
      return 0;
    }
    if (!Double.isFinite(logProb)) {
      throw new IllegalArgumentException(
          "an unmasked edge has log pi_old %s; it must be finite".formatted(logProb));
    }
    return mode == Backup.SOFTMAX_PATH_LOGP ? beta * logProb + below : logProb;
  }

  private static double logSumExp(double[] scores) {
    double greatest = greatest(scores);
    double sum = 0;
    for (double score : scores) {
      sum += score == Double.NEGATIVE_INFINITY ? 0 : StrictMath.exp(score - greatest);
    }
    return greatest + StrictMath.log(sum);
  }

  private static double greatest(double[] scores) {
    return Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
  }

  /**
   * (value - mean) / (std + eps) over the edges of each depth of the tree: BranchGRPO's (section
   * 3.1). 0 where a depth has a single edge, or equal ones.
   *
   * @param edgeValue by node, as {@link #backup} returns them; left as it is
   */
  public static double[] normaliseDepths(
      Topology tree, double[] edgeValue, AdvantageSettings settings) {
    double[] normalised = edgeValue.clone();
    for (int depth = 1; depth <= tree.schedule().depths(); depth++) {
      int first = tree.firstAt(depth);
      double[] values = Arrays.copyOfRange(edgeValue, first, first + tree.nodesAt(depth));
      Moments moments = Moments.of(values);
      double scale = moments.standardDeviation(settings.ddof()) + settings.epsilon();
      double[] scores = moments.centred(values, scale);
      for (int i = 0; i < scores.length; i++) {
        normalised[first + i] = RoundAdvantages.clamp(scores[i], settings.clamp());
      }
    }
    return normalised;
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
