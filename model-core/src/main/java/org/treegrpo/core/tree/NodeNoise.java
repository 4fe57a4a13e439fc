package org.treegrpo.core.tree;

import org.treegrpo.core.topology.NodePath;

/** Where a grower takes its noise from: a pure function of the arguments. */
interface NodeNoise {

  /** x_0 of a tree, written to {@code length} elements of {@code target} from {@code offset}. */
  void root(String promptId, int tree, float[] target, int offset, int length);

  /** z of the edge that leads to {@code child}; fills {@code target}. */
  void step(String promptId, int tree, NodePath child, float[] target);

  /**
   * Noise that is added to a leaf once it is drawn; fills {@code target}.
   *
   * @param purpose one of {@link org.treegrpo.core.random.Keys}
   * @param draw tells the draws of one purpose apart
   */
  void leaf(long purpose, int draw, String promptId, int tree, NodePath leaf, float[] target);
}
