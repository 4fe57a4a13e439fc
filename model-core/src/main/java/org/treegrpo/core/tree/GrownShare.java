package org.treegrpo.core.tree;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.topology.Forest;

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
  private final List<ParentBatch> parentBatches;
  private final Map<Integer, float[]> previews;
  private float @Nullable [] leafLatents;

  GrownShare(
      int elements,
      Forest forest,
      Slab slab,
      double[] logProbs,
      List<ParentBatch> parentBatches,
      Map<Integer, float[]> previews,
      float[] leafLatents) {
    this.elements = elements;
    this.forest = forest;
    this.slab = slab;
    this.logProbs = logProbs;
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
