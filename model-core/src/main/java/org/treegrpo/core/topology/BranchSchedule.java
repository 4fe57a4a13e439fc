package org.treegrpo.core.topology;

import java.util.Collections;
import java.util.List;

/**
 * What the denoising steps of one tree do (ALGORITHMS.md section 1.1): deterministic ones, then a
 * run of stochastic ones at which nodes branch, then deterministic ones to the end.
 *
 * @param steps T
 * @param start i, the first stochastic step
 * @param branching children of a node at each stochastic step, at least one step
 */
public record BranchSchedule(int steps, int start, List<Integer> branching) {

  public BranchSchedule {
    branching = List.copyOf(branching);
    if (branching.isEmpty() || branching.stream().anyMatch(children -> children < 1)) {
      throw new IllegalArgumentException(
          "branching and width must be at least 1, were %s".formatted(branching));
    }
    if (start < 0 || start > steps - branching.size()) {
      throw new IllegalArgumentException(
          "window: %d steps from %d do not fit into %d steps"
              .formatted(branching.size(), start, steps));
    }
  }

  /**
   * k children at each of w steps.
   *
   * @param steps T
   * @param start i
   * @param branching k
   * @param width w
   */
  public static BranchSchedule window(int steps, int start, int branching, int width) {
    return new BranchSchedule(steps, start, Collections.nCopies(width, branching));
  }

  /** Number of stochastic steps, the depth of a leaf. */
  public int depths() {
    return branching.size();
  }

  /** Nodes of a whole tree at a depth. */
  public int nodesAt(int depth) {
    int count = 1;
    for (int children : branching.subList(0, depth)) {
      count = Math.multiplyExact(count, children);
    }
    return count;
  }

  /** L. */
  public int leaves() {
    return nodesAt(depths());
  }
}
