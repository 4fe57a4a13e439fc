package org.treegrpo.core.topology;

import java.util.Collections;
import java.util.List;

/**
 * What the denoising steps of one tree do (ALGORITHMS.md section 1.1): deterministic ones, then a
 * run of stochastic ones at which nodes branch, then deterministic ones to the end.
 *
 * @param steps T
 * @param start i, the first stochastic step
 * @param branching children of a node at each stochastic step; empty where every step is
 *     deterministic and the tree is a chain without edges
 * @param tail network evaluations of a leaf after its last stochastic step
 */
public record BranchSchedule(int steps, int start, List<Integer> branching, int tail) {

  public BranchSchedule {
    branching = List.copyOf(branching);
    if (branching.stream().anyMatch(children -> children < 1)) {
      throw new IllegalArgumentException(
          "branching must be at least 1, was %s".formatted(branching));
    }
    if (start < 0 || start > steps - branching.size()) {
      throw new IllegalArgumentException(
          "window: %d steps from %d do not fit into %d steps"
              .formatted(branching.size(), start, steps));
    }
    if (tail < 0) {
      throw new IllegalArgumentException("tail must be at least 0, was " + tail);
    }
  }

  /** With a step for each that is left after the window. */
  public BranchSchedule(int steps, int start, List<Integer> branching) {
    this(steps, start, branching, Math.max(0, steps - start - branching.size()));
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

  /** The step after the last stochastic one. */
  public int end() {
    return start + depths();
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
