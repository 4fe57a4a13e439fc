package org.treegrpo.job.round;

import java.util.Arrays;
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

  /**
   * Takes the credit over.
   *
   * @param ofLeaves advantages, NaN = failed
   * @param ofEdges advantages by node, NaN where every leaf below failed
   */
  void credit(double[] ofLeaves, double[] ofEdges) {
    leaves = ofLeaves;
    edges = ofEdges;
    statuses =
        Arrays.stream(ofEdges)
            .mapToObj(advantage -> Double.isNaN(advantage) ? Status.FAILED : Status.TRAINED)
            .toArray(Status[]::new);
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

  /** Of the edge that leads to a leaf. */
  Status leafStatus(int leaf) {
    return statuses[topology.parents() + leaf];
  }

  int trainedEdges() {
    return (int) Arrays.stream(statuses).skip(1).filter(s -> s == Status.TRAINED).count();
  }

  int trainedLeaves() {
    return (int)
        Arrays.stream(statuses).skip(topology.parents()).filter(s -> s == Status.TRAINED).count();
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
