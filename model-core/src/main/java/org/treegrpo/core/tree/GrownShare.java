package org.treegrpo.core.tree;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.TreeSeed;

/**
 * The grown trees of one share. Window states lie off heap, in one buffer with the rows of the
 * {@link Forest}, that goes back to the grower's pool on {@link #close}; log-probs and previews
 * stay readable afterwards.
 */
public final class GrownShare implements AutoCloseable {

  private final int elements;
  private final Forest forest;
  private final Slab slab;
  private final double[] logProbs;
  private final double[] noiseShifts;
  private final NodeNoise noise;
  private final List<Conditioning> conditioning;
  private final List<ParentBatch> parentBatches;
  private final Map<Integer, float[]> previews;
  private float @Nullable [] leafLatents;

  GrownShare(
      int elements,
      Forest forest,
      Slab slab,
      double[] logProbs,
      double[] noiseShifts,
      NodeNoise noise,
      List<Conditioning> conditioning,
      List<ParentBatch> parentBatches,
      Map<Integer, float[]> previews,
      float[] leafLatents) {
    this.elements = elements;
    this.forest = forest;
    this.slab = slab;
    this.logProbs = logProbs;
    this.noiseShifts = noiseShifts;
    this.noise = noise;
    this.conditioning = conditioning;
    this.parentBatches = Collections.unmodifiableList(parentBatches);
    this.previews = Collections.unmodifiableMap(previews);
    this.leafLatents = leafLatents;
  }

  /** D. */
  public int elements() {
    return elements;
  }

  /** The trees, their nodes, edges and leaves. */
  public Forest forest() {
    return forest;
  }

  /** Log pi_old of every edge of the forest, mean over D; not a copy. */
  public double[] logProbs() {
    return logProbs;
  }

  /**
   * Mean((x' - s z - mu_old) z) of an edge: what the rounding of x' to float32 adds to it, so that
   * a replay under the same weights can subtract it to the bit.
   */
  public double noiseShift(int edge) {
    return noiseShifts[edge];
  }

  /** Draws z of an edge again, {@code [D]}. */
  public void copyNoise(int edge, float[] target) {
    int row = forest.row(edge);
    TreeSeed seed = forest.seed(row);
    noise.step(seed.promptId(), seed.tree(), seed.topology().path(forest.node(row)), target);
  }

  /** Draws noise for a leaf, see {@link NodeNoise#leaf}; fills {@code target}, {@code [D]}. */
  public void copyLeafNoise(int leaf, long purpose, int draw, float[] target) {
    int row = forest.leafRow(leaf);
    TreeSeed seed = forest.seed(row);
    noise.leaf(
        purpose,
        draw,
        seed.promptId(),
        seed.tree(),
        seed.topology().path(forest.node(row)),
        target);
  }

  /** Of a leaf's prompt. */
  public Conditioning leafConditioning(int leaf) {
    return conditioning.get(forest.tree(forest.leafRow(leaf)));
  }

  /** Final latents of the forest's leaves, {@code [L * D]}; not a copy. */
  public synchronized float[] leafLatents() {
    if (leafLatents == null) {
      throw new IllegalStateException("the leaf latents of this share were dropped");
    }
    return leafLatents;
  }

  /** Releases the final latents once the leaves are scored. */
  public synchronized void dropLeafLatents() {
    leafLatents = null;
  }

  /** The batches in which window parents were evaluated, by depth. */
  public List<ParentBatch> parentBatches() {
    return parentBatches;
  }

  /** Clean estimates x0hat of the previewed tree's parents by node, {@code [D]} each. */
  public Map<Integer, float[]> previews() {
    return previews;
  }

  /** Memory held by states and latents. */
  public synchronized long bytes() {
    return slab.bytes() + (leafLatents == null ? 0 : (long) leafLatents.length * Float.BYTES);
  }

  @Override
  public void close() {
    dropLeafLatents();
    slab.close();
  }
}
