package org.treegrpo.job.round;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.job.settings.PruningSettings;

/** Which nodes of a tree are kept where its width is pruned (ALGORITHMS.md section 3.1). */
final class Pruning {

  private Pruning() {}

  /**
   * Whether each node is, or leads to, a leaf that stays. Of equal values the first counts as the
   * better one; failed leaves neither stay nor count.
   *
   * @param values of the edges, by node; NaN = failed
   */
  static boolean[] kept(Topology tree, double[] values, PruningSettings settings) {
    boolean[] kept = new boolean[tree.nodes()];
    switch (settings.width()) {
      case NONE -> Arrays.fill(kept, true);
      case BETTER_CHILD -> keepBetterChildren(tree, values, kept);
      case EXTREMES -> keepExtremes(tree, values, settings.extremes(), kept);
    }
    for (int node = tree.nodes() - 1; node > 0; node--) {
      kept[tree.parent(node)] |= kept[node];
    }
    return kept;
  }

  private static void keepBetterChildren(Topology tree, double[] values, boolean[] kept) {
    int depth = lastSplit(tree);
    if (depth < 0) {
      Arrays.fill(kept, true);
      return;
    }
    for (int node = tree.firstAt(depth); node < tree.firstAt(depth + 1); node++) {
      int first = tree.firstChild(node);
      IntStream.range(first, first + tree.children(node))
          .filter(child -> !Double.isNaN(values[child]))
          .boxed()
          .max(Comparator.<Integer>comparingDouble(child -> values[child]).thenComparing(c -> -c))
          .ifPresent(best -> keepBelow(tree, best, kept));
    }
  }

  /** The last depth whose nodes have several children; the last but one where none has. */
  private static int lastSplit(Topology tree) {
    int depth = tree.schedule().depths() - 1;
    while (depth > 0 && tree.schedule().branching().get(depth) == 1) {
      depth--;
    }
    return depth;
  }

  private static void keepBelow(Topology tree, int top, boolean[] kept) {
    for (int leaf = tree.parents(); leaf < tree.nodes(); leaf++) {
      int node = leaf;
      while (node > top) {
        node = tree.parent(node);
      }
      kept[leaf] |= node == top;
    }
  }

  private static void keepExtremes(Topology tree, double[] values, int most, boolean[] kept) {
    int[] best =
        IntStream.range(tree.parents(), tree.nodes())
            .filter(leaf -> !Double.isNaN(values[leaf]))
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(leaf -> -values[leaf])
                    .thenComparing(leaf -> leaf))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < best.length; i++) {
      kept[best[i]] = i < most || i >= best.length - most;
    }
  }
}
