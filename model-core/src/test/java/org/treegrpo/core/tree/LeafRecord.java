package org.treegrpo.core.tree;

import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;

/** A leaf of a grown share with its path, for tests. */
record LeafRecord(int seed, NodePath path) {

  /** In the order of the share's forest. */
  static List<LeafRecord> of(GrownShare share) {
    Forest forest = share.forest();
    return IntStream.range(0, forest.leaves())
        .map(forest::leafRow)
        .mapToObj(
            row ->
                new LeafRecord(
                    forest.tree(row), forest.seed(row).topology().path(forest.node(row))))
        .toList();
  }
}
