package org.treegrpo.job.round;

import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.TreeSeed;

/** An edge of a share with its tree and path, for tests. */
record Edge(TreeSeed tree, NodePath path, int depth) {

  /** In the order of the forest. */
  static List<Edge> of(Forest forest) {
    return IntStream.range(0, forest.edges())
        .map(forest::row)
        .mapToObj(row -> new Edge(forest.seed(row), path(forest, row), path(forest, row).depth()))
        .toList();
  }

  /** Where a row of a forest stands in its tree. */
  static NodePath path(Forest forest, int row) {
    return forest.seed(row).topology().path(forest.node(row));
  }
}
