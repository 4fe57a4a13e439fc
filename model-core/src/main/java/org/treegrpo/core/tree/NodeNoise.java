package org.treegrpo.core.tree;

import org.treegrpo.core.topology.NodePath;

/** Where a grower takes its noise from: a pure function of the arguments. */
interface NodeNoise {

  /** x_0 of a tree, written to {@code length} elements of {@code target} from {@code offset}. */
  void root(String promptId, int tree, float[] target, int offset, int length);

  /** z of the edge that leads to {@code child}; fills {@code target}. */
  void step(String promptId, int tree, NodePath child, float[] target);
}
