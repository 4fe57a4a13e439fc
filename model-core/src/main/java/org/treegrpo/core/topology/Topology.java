package org.treegrpo.core.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The nodes of one tree, or of the subtree below one of its nodes together with the way there. A
 * node is its index: by depth, and within a depth in the order of the paths; the root is 0. An edge
 * is the index of the node that it leads to. Immutable.
 *
 * <p>Subtrees cut a tree into parts that are grown apart: each recomputes its prefix, and an edge
 * of the prefix belongs to the one part whose remaining prefix indices are all 0, so that every
 * edge of the tree belongs to exactly one part.
 */
public final class Topology {

  private static final int NO_NODE = -1;

  private final BranchSchedule schedule;
  private final NodePath prefix;
  private final int[] firstAt;
  private final int[] parents;
  private final int[] firstChildren;
  private final int[] positions;
  private final boolean[] owned;

  private Topology(BranchSchedule schedule, NodePath prefix) {
    this.schedule = schedule;
    this.prefix = prefix;
    firstAt = firstNodes();
    int nodes = firstAt[schedule.depths() + 1];
    parents = new int[nodes];
    firstChildren = new int[nodes];
    positions = new int[nodes];
    owned = new boolean[nodes];
    parents[0] = NO_NODE;
    for (int depth = 0; depth <= schedule.depths(); depth++) {
      int child = firstAt[depth + 1];
      for (int node = firstAt[depth]; node < firstAt[depth + 1]; node++) {
        firstChildren[node] = child;
        child += depth == schedule.depths() ? 0 : link(node, depth, child);
      }
    }
  }

  /** The whole tree. */
  public static Topology of(BranchSchedule schedule) {
    return new Topology(schedule, NodePath.ROOT);
  }

  /**
   * The parts of this tree below each of its nodes at a depth; together they own its edges.
   *
   * @param depth 0 to the depth of the leaves
   */
  public List<Topology> split(int depth) {
    List<Topology> parts = new ArrayList<>();
    for (int node = firstAt(depth); node < firstAt(depth) + nodesAt(depth); node++) {
      parts.add(new Topology(schedule, path(node)));
    }
    return parts;
  }

  public BranchSchedule schedule() {
    return schedule;
  }

  /** Number of nodes, prefix included. */
  public int nodes() {
    return parents.length;
  }

  /** Index of the first node of a depth. */
  public int firstAt(int depth) {
    return firstAt[depth];
  }

  /** Number of nodes of a depth: the frontier of a stochastic step. */
  public int nodesAt(int depth) {
    return firstAt[depth + 1] - firstAt[depth];
  }

  /** L of this tree or subtree; its leaves are its last nodes. */
  public int leaves() {
    return nodesAt(schedule.depths());
  }

  /** P: nodes that branch, each of them one network evaluation. */
  public int parents() {
    return nodes() - leaves();
  }

  /** Edges that belong to this tree or subtree. */
  public int edges() {
    return (int) IntStream.range(0, nodes()).filter(this::owns).count();
  }

  /** Whether the edge that leads to a node belongs to this tree or subtree; the root has none. */
  public boolean owns(int node) {
    return owned[node];
  }

  /** Number of stochastic steps taken; 0 is the root. */
  public int depth(int node) {
    int depth = 0;
    while (node >= firstAt[depth + 1]) {
      depth++;
    }
    return depth;
  }

  /** The denoising step of the edge that leads to a node. */
  public int step(int node) {
    return schedule.start() + depth(node) - 1;
  }

  /** Index of a node's parent; negative for the root. */
  public int parent(int node) {
    return parents[node];
  }

  /** Index of a node's first child; its other children follow. */
  public int firstChild(int node) {
    return firstChildren[node];
  }

  /** Number of a node's children; on the prefix there is one. */
  public int children(int node) {
    int next = node + 1 < nodes() ? firstChildren[node + 1] : nodes();
    return firstChildren[node] < nodes() ? next - firstChildren[node] : 0;
  }

  /** Place of a node among the whole tree's nodes of its depth. */
  public int position(int node) {
    return positions[node];
  }

  /** Where a node stands in the whole tree; keys its noise. */
  public NodePath path(int node) {
    int[] indices = new int[depth(node)];
    int current = node;
    for (int depth = indices.length; depth > 0; depth--) {
      indices[depth - 1] = positions[current] % schedule.branching().get(depth - 1);
      current = parents[current];
    }
    return new NodePath(indices);
  }

  /** Rollout evaluations without guidance: i + P + L (T - i - w), or L times a shorter tail. */
  public long evaluations() {
    return schedule.start() + parents() + (long) leaves() * schedule.tail();
  }

  /** Memory of the nodes' states, float32. */
  public long bytes(int elements) {
    return (long) nodes() * elements * Float.BYTES;
  }

  private int[] firstNodes() {
    int[] first = new int[schedule.depths() + 2];
    int level = 1;
    for (int depth = 0; depth <= schedule.depths(); depth++) {
      if (depth > prefix.depth()) {
        level = Math.multiplyExact(level, schedule.branching().get(depth - 1));
      }
      first[depth + 1] = Math.addExact(first[depth], level);
    }
    return first;
  }

  /** Fills in a node's children and returns their number. */
  private int link(int node, int depth, int firstChild) {
    int branching = schedule.branching().get(depth);
    boolean onPrefix = depth < prefix.depth();
    int count = onPrefix ? 1 : branching;
    for (int i = 0; i < count; i++) {
      int child = firstChild + i;
      parents[child] = node;
      positions[child] = positions[node] * branching + (onPrefix ? prefix.indices()[depth] : i);
      owned[child] = owns(depth + 1, prefix);
    }
    return count;
  }

  private static boolean owns(int depth, NodePath prefix) {
    for (int i = depth; i < prefix.depth(); i++) {
      if (prefix.indices()[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
