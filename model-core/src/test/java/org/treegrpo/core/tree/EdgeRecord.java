package org.treegrpo.core.tree;

import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.Topology;

/** An edge of a grown share with its path, for tests. */
public record EdgeRecord(int seed, NodePath path, int depth, int step, double logProbOld) {

  /** In the order of the share's forest. */
  public static List<EdgeRecord> of(GrownShare share) {
    Forest forest = share.forest();
    return IntStream.range(0, forest.edges())
        .mapToObj(
            edge -> {
              int row = forest.row(edge);
              Topology topology = forest.seed(row).topology();
              int node = forest.node(row);
              return new EdgeRecord(
                  forest.tree(row),
                  topology.path(node),
                  topology.depth(node),
                  topology.step(node),
                  share.logProbs()[edge]);
            })
        .toList();
  }
}
