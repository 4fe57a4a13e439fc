package org.treegrpo.job.round;

import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.objective.EdgeWeights;

/** How much each tree's edges and leaves count in the loss of their optimiser step. */
final class LossWeights {

  private final double[] edges;
  private final double[] leaves;
  private final double[] stepWeights;

  /**
   * @param stepWeights how much the edges of each denoising step count
   */
  LossWeights(
      RoundPlan plan, List<WholeTree> trees, EdgeReduction reduction, double[] stepWeights) {
    this.stepWeights = stepWeights;
    edges = new double[trees.size()];
    leaves = new double[trees.size()];
    int[] steps = stepOfTree(plan);
    for (int step = 0; step < plan.steps(); step++) {
      int current = step;
      int[] own = IntStream.range(0, steps.length).filter(i -> steps[i] == current).toArray();
      double[] perTree =
          EdgeWeights.perTree(
              IntStream.of(own).map(tree -> trees.get(tree).trainedEdges()).toArray(), reduction);
      long trained = IntStream.of(own).mapToLong(tree -> trees.get(tree).trainedLeaves()).sum();
      for (int i = 0; i < own.length; i++) {
        edges[own[i]] = perTree[i];
        leaves[own[i]] = trained == 0 ? 0 : 1.0 / trained;
      }
    }
  }

  /**
   * @param step of the edge
   */
  double ofEdge(int tree, int step) {
    return edges[tree] * stepWeights[step];
  }

  double ofLeaf(int tree) {
    return leaves[tree];
  }

  private static int[] stepOfTree(RoundPlan plan) {
    int[] steps = new int[plan.trees()];
    for (Share share : plan.shares()) {
      share.forest().trees().forEach(seed -> steps[plan.treeIndex(seed)] = share.step());
    }
    return steps;
  }
}
