package org.treegrpo.core.tree;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The grown trees of one share. Window states lie off heap, in one buffer that goes back to the
 * grower's pool on {@link #close}; the lists stay readable afterwards.
 *
 * <p>Edges are ordered by depth, then by seed, then by path; leaves by seed, then by path.
 */
public final class GrownShare implements AutoCloseable {

  private final int elements;
  private final Slab slab;
  private final List<EdgeRecord> edges;
  private final List<LeafRecord> leaves;
  private final List<ParentBatch> parentBatches;
  private final Map<NodePath, float[]> previews;
  private float @Nullable [] leafLatents;

  GrownShare(
      int elements,
      Slab slab,
      List<EdgeRecord> edges,
      List<LeafRecord> leaves,
      List<ParentBatch> parentBatches,
      Map<NodePath, float[]> previews,
      float[] leafLatents) {
    this.elements = elements;
    this.slab = slab;
    this.edges = Collections.unmodifiableList(edges);
    this.leaves = Collections.unmodifiableList(leaves);
    this.parentBatches = Collections.unmodifiableList(parentBatches);
    this.previews = Collections.unmodifiableMap(previews);
    this.leafLatents = leafLatents;
  }

  /** D. */
  public int elements() {
    return elements;
  }

  /** The owned edges; their indices are what {@link ParentBatch} refers to. */
  public List<EdgeRecord> edges() {
    return edges;
  }

  /** L leaves. */
  public List<LeafRecord> leaves() {
    return leaves;
  }

  /** Final latents in the order of {@link #leaves}, {@code [L * D]}; not a copy. */
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

  /** Clean estimates x0hat of the window parents of the previewed seed, {@code [D]} each. */
  public Map<NodePath, float[]> previews() {
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
