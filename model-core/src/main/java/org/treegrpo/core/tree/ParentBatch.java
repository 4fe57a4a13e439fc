package org.treegrpo.core.tree;

import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.topology.Forest;

/**
 * One batch of window parents exactly as it was evaluated in the rollout: the same rows in the same
 * order. Reads the share's off-heap states; unusable once the share is closed.
 */
public final class ParentBatch {

  private final Slab slab;
  private final int elements;
  private final int step;
  private final int firstNode;
  private final List<Conditioning> conditioning;
  private final int[] firstEdges;
  private final Forest forest;

  /**
   * @param firstNode slab row of the first parent; parents of a batch are consecutive
   * @param firstEdges first edge of each row, and the end of the last row's edges
   */
  ParentBatch(
      Slab slab,
      int elements,
      int step,
      int firstNode,
      List<Conditioning> conditioning,
      int[] firstEdges,
      Forest forest) {
    this.slab = slab;
    this.elements = elements;
    this.step = step;
    this.firstNode = firstNode;
    this.conditioning = List.copyOf(conditioning);
    this.firstEdges = firstEdges;
    this.forest = forest;
  }

  /** Denoising step t of every parent. */
  public int step() {
    return step;
  }

  /** B. */
  public int rows() {
    return conditioning.size();
  }

  /** One per row. */
  public List<Conditioning> conditioning() {
    return conditioning;
  }

  /** A copy of the parents' states, {@code [B * D]}. */
  public float[] latents() {
    float[] latents = new float[rows() * elements];
    slab.get(firstNode, latents, rows());
    return latents;
  }

  /** Index, among the share's edges, of the first edge owned by {@code row}. */
  public int firstEdge(int row) {
    return firstEdges[row];
  }

  /** One past the last edge owned by {@code row}; equal to the first where it owns none. */
  public int endEdge(int row) {
    return firstEdges[row + 1];
  }

  /** Copies x' of one of the share's edges into {@code target}, {@code [D]}. */
  public void copyChild(int edge, float[] target) {
    slab.get(forest.row(edge), target, 1);
  }
}
