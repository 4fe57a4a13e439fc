package org.treegrpo.core.tree;

/**
 * k children at each of w consecutive window steps (ALGORITHMS.md section 1.1).
 *
 * @param branching k
 * @param width w, the depth of the tree
 */
public record TreeShape(int branching, int width) {

  public TreeShape {
    if (branching < 1 || width < 1) {
      throw new IllegalArgumentException(
          "branching and width must be at least 1, were %d and %d".formatted(branching, width));
    }
  }

  /** L = k^w. */
  public int leaves() {
    return nodesAt(width);
  }

  /** k^depth. */
  public int nodesAt(int depth) {
    int count = 1;
    for (int i = 0; i < depth; i++) {
      count = Math.multiplyExact(count, branching);
    }
    return count;
  }

  /** P = 1 + k + .. + k^(w-1). */
  public int parents() {
    int count = 0;
    for (int depth = 0; depth < width; depth++) {
      count = Math.addExact(count, nodesAt(depth));
    }
    return count;
  }

  /** E = k + k^2 + .. + k^w. */
  public int edges() {
    return Math.multiplyExact(parents(), branching);
  }

  /** Rollout evaluations of one tree without guidance: i + P + L (T - i - w). */
  public long rolloutEvaluations(int steps, int windowStart) {
    return windowStart + parents() + (long) leaves() * (steps - windowStart - width);
  }
}
