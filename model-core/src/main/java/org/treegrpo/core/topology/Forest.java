package org.treegrpo.core.topology;

import java.util.List;

/**
 * Trees that grow together, a depth at a time: the trees of one share. Its rows are their nodes, by
 * depth and within a depth tree by tree; its edges are those that the trees own, in the order of
 * the rows that they lead to; its leaves are the rows of the last depth. Immutable.
 */
public final class Forest {

  private final List<TreeSeed> trees;
  private final int[] firstRows;
  private final int[] treeOfRow;
  private final int[] nodeOfRow;
  private final int[] edgeOfRow;
  private final int[] rowOfEdge;

  /**
   * @param trees at least one, all with the same schedule
   */
  public Forest(List<TreeSeed> trees) {
    if (trees.isEmpty()) {
      throw new IllegalArgumentException("a share needs at least one seed");
    }
    this.trees = List.copyOf(trees);
    BranchSchedule schedule = schedule();
    int rows = 0;
    int edges = 0;
    for (TreeSeed tree : trees) {
      if (!tree.topology().schedule().equals(schedule)) {
        throw new IllegalArgumentException(
            "trees that grow together need one schedule, have %s and %s"
                .formatted(schedule, tree.topology().schedule()));
      }
      rows = Math.addExact(rows, tree.topology().nodes());
      edges = Math.addExact(edges, tree.topology().edges());
    }
    firstRows = new int[schedule.depths() + 2];
    treeOfRow = new int[rows];
    nodeOfRow = new int[rows];
    edgeOfRow = new int[rows];
    rowOfEdge = new int[edges];
    fill(schedule.depths());
  }

  private void fill(int depths) {
    int row = 0;
    int edge = 0;
    for (int depth = 0; depth <= depths; depth++) {
      firstRows[depth] = row;
      for (int tree = 0; tree < trees.size(); tree++) {
        Topology topology = trees.get(tree).topology();
        int first = topology.firstAt(depth);
        for (int node = first; node < first + topology.nodesAt(depth); node++) {
          treeOfRow[row] = tree;
          nodeOfRow[row] = node;
          edgeOfRow[row] = edge;
          if (topology.owns(node)) {
            rowOfEdge[edge] = row;
            edge++;
          }
          row++;
        }
      }
    }
    firstRows[depths + 1] = row;
  }

  /** What the trees have in common. */
  public BranchSchedule schedule() {
    return trees.get(0).topology().schedule();
  }

  public List<TreeSeed> trees() {
    return trees;
  }

  /** Number of rows. */
  public int rows() {
    return nodeOfRow.length;
  }

  /** First row of a depth; the depth after the last one begins at the end. */
  public int firstRow(int depth) {
    return firstRows[depth];
  }

  /** Index of the tree that a row belongs to. */
  public int tree(int row) {
    return treeOfRow[row];
  }

  /** The node that a row stands for. */
  public int node(int row) {
    return nodeOfRow[row];
  }

  /** The tree that a row belongs to. */
  public TreeSeed seed(int row) {
    return trees.get(treeOfRow[row]);
  }

  /** Number of edges. */
  public int edges() {
    return rowOfEdge.length;
  }

  /** The row that an edge leads to. */
  public int row(int edge) {
    return rowOfEdge[edge];
  }

  /** Index of the first edge that leads to a row from {@code row} on. */
  public int firstEdge(int row) {
    return row < edgeOfRow.length ? edgeOfRow[row] : rowOfEdge.length;
  }

  /** Number of leaves. */
  public int leaves() {
    return rows() - leafRow(0);
  }

  /** The row of a leaf. */
  public int leafRow(int leaf) {
    return firstRows[firstRows.length - 2] + leaf;
  }
}
