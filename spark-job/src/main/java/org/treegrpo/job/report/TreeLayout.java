package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.GrownTree.Kind;
import org.treegrpo.job.images.GrownTree.Node;

/** Where the nodes of a tree are drawn: depths from left to right, leaves from top to bottom. */
final class TreeLayout {
  static final int WIDTH = 1000;

  private static final int HEADER = 26;
  private static final int LABELS = 150;
  private static final int GAP = 9;

  private final GrownTree tree;
  private final List<Integer> columns;
  private final List<Node> drawn;
  private final Map<String, Double> heights = new HashMap<>();
  private final double boxWidth;
  private final double boxHeight;
  private final double columnStep;
  private final double height;

  /**
   * @param boxWidth of a picture, in units of the drawing, as {@code boxHeight}
   */
  TreeLayout(GrownTree tree, double boxWidth, double boxHeight) {
    this.tree = tree;
    this.boxWidth = boxWidth;
    this.boxHeight = boxHeight;
    columns =
        IntStream.rangeClosed(0, tree.width())
            .filter(depth -> depth == 0 || depth == tree.width() || branches(tree, depth))
            .boxed()
            .toList();
    drawn = tree.nodes().stream().filter(node -> columns.contains(node.depth())).toList();
    columnStep = (WIDTH - LABELS - boxWidth) / (columns.size() - 1);
    height = place();
  }

  /** Whether the nodes of a depth have more than one child each. */
  static boolean branches(GrownTree tree, int depth) {
    return nodesAt(tree, depth + 1) > nodesAt(tree, depth);
  }

  static long nodesAt(GrownTree tree, int depth) {
    return tree.nodes().stream().filter(node -> node.depth() == depth).count();
  }

  /** Depths that are drawn: the root, those whose nodes branch, the leaves. */
  List<Integer> columns() {
    return columns;
  }

  /** Nodes that are drawn, parents before children. */
  List<Node> drawn() {
    return drawn;
  }

  int column(Node node) {
    return columns.indexOf(node.depth());
  }

  /** Path of the nearest ancestor that is drawn; null for the root. */
  @Nullable String parentPath(Node node) {
    int column = column(node);
    if (column == 0) {
      return null;
    }
    String[] indices = node.path().split("\\.", -1);
    return String.join(".", Arrays.asList(indices).subList(0, columns.get(column - 1)));
  }

  double boxWidth() {
    return boxWidth;
  }

  double boxHeight() {
    return boxHeight;
  }

  double height() {
    return height;
  }

  /** Left edge of the pictures of a column. */
  double x(int column) {
    return 2 + column * columnStep;
  }

  /** Middle of a node's picture; NaN where the tree lacks it. */
  double y(String path) {
    return heights.getOrDefault(path, Double.NaN);
  }

  /** Gives every node its height: leaves in order, the others amid their children. */
  private double place() {
    double next = HEADER + GAP + boxHeight / 2;
    Map<String, List<Double>> children = new HashMap<>();
    for (Node node : drawn) {
      if (node.kind() == Kind.LEAF) {
        heights.put(node.path(), next);
        next += boxHeight + GAP;
      }
    }
    for (int depth = tree.width(); depth >= 0; depth--) {
      for (Node node : drawn) {
        if (node.depth() == depth) {
          List<Double> below = children.getOrDefault(node.path(), List.of());
          double middle = below.stream().mapToDouble(Double::doubleValue).average().orElse(next);
          double y = heights.computeIfAbsent(node.path(), path -> middle);
          String parent = parentPath(node);
          if (parent != null) {
            children.computeIfAbsent(parent, path -> new ArrayList<>()).add(y);
          }
        }
      }
    }
    return next;
  }
}
