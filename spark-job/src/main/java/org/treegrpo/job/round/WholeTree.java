package org.treegrpo.job.round;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;

/** Scores and credit of one whole tree of a round, whatever shares it was grown in. */
final class WholeTree {

  private final Topology topology;
  private final double[][] rewards;
  private final double[] logProbs;
  private double[] edges = {};
  private double[] leaves = {};
  private Status[] statuses = {};
  private Status[] leafStatuses = {};

  WholeTree(Topology topology) {
    this.topology = topology;
    rewards = new double[topology.leaves()][];
    logProbs = new double[topology.nodes()];
  }

  /** {@code [leaf][reward]}. */
  double[][] rewards() {
    return rewards;
  }

  /** By node; that of the root is not read. */
  double[] logProbs() {
    return logProbs;
  }

  /** The mean over the edges of each leaf's path; a leaf of no edge has its own advantage. */
  double[] alongPaths(double[] ofEdges, double[] ofLeaves) {
    if (topology.parents() == 0) {
      return ofLeaves;
    }
    double[] means = new double[ofLeaves.length];
    for (int leaf = 0; leaf < means.length; leaf++) {
      double sum = 0;
      for (int node = topology.parents() + leaf; node > 0; node = topology.parent(node)) {
        sum += ofEdges[node];
      }
      means[leaf] = Double.isNaN(ofLeaves[leaf]) ? Double.NaN : sum / topology.schedule().depths();
    }
    return means;
  }

  /**
   * Takes the credit over.
   *
   * @param ofLeaves advantages, NaN = failed
   * @param ofEdges advantages by node, NaN where every leaf below failed
   * @param kept by node: whether it is, or leads to, a leaf that was not pruned
   * @param depths status of the edges of each depth
   * @param onLeaves whether leaves are trained and edges are not
   */
  void credit(
      double[] ofLeaves, double[] ofEdges, boolean[] kept, List<Status> depths, boolean onLeaves) {
    leaves = ofLeaves;
    edges = ofEdges;
    statuses = new Status[ofEdges.length];
    for (int node = 1; node < statuses.length; node++) {
      statuses[node] = status(ofEdges[node], kept[node], depths.get(topology.depth(node) - 1));
    }
    leafStatuses = new Status[ofLeaves.length];
    for (int leaf = 0; leaf < leafStatuses.length; leaf++) {
      int node = topology.parents() + leaf;
      leafStatuses[leaf] =
          onLeaves || node == 0
              ? status(ofLeaves[leaf], kept[node], Status.TRAINED)
              : statuses[node];
    }
  }

  private static Status status(double advantage, boolean kept, Status otherwise) {
    if (Double.isNaN(advantage)) {
      return Status.FAILED;
    }
    return kept || otherwise == Status.NOT_TRAINED ? otherwise : Status.PRUNED;
  }

  double edgeAdvantage(int node) {
    return edges[node];
  }

  double leafAdvantage(int leaf) {
    return leaves[leaf];
  }

  /** Of the edge that leads to a node. */
  Status status(int node) {
    return statuses[node];
  }

  /** Of a leaf. */
  Status leafStatus(int leaf) {
    return leafStatuses[leaf];
  }

  int trainedEdges() {
    return (int) Arrays.stream(statuses).filter(status -> status == Status.TRAINED).count();
  }

  int trainedLeaves() {
    return (int) Arrays.stream(leafStatuses).filter(status -> status == Status.TRAINED).count();
  }

  /** Place of a row's node among the nodes of its depth: for a leaf, its index. */
  int position(Forest forest, int row) {
    return forest.seed(row).topology().position(forest.node(row));
  }

  /** Index here of a row's node. */
  int node(Forest forest, int row) {
    int depth = forest.seed(row).topology().depth(forest.node(row));
    return topology.firstAt(depth) + position(forest, row);
  }
}
