package org.treegrpo.core.tree;

import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

/**
 * Gaussian noise keyed by (run seed, round, prompt id, tree, path): the same key gives the same
 * bits on every machine, whatever else was drawn before. Stateless.
 *
 * <p>The key of root noise omits the tree where the trees of a prompt share it; the key of step
 * noise never does, so such trees part at the first stochastic step even with k = 1.
 */
public final class NoiseSource implements NodeNoise {

  private final long roundKey;
  private final RootNoise rootNoise;

  public NoiseSource(long runSeed, int round, RootNoise rootNoise) {
    roundKey = Keys.of(runSeed, round);
    this.rootNoise = rootNoise;
  }

  @Override
  public void root(String promptId, int tree, float[] target, int offset, int length) {
    long key = Keys.combine(Keys.combine(roundKey, Keys.ROOT), promptId);
    if (rootNoise == RootNoise.INDEPENDENT) {
      key = Keys.combine(key, tree);
    }
    new GaussianStream(key).fill(target, offset, length);
  }

  @Override
  public void step(String promptId, int tree, NodePath child, float[] target) {
    long key = Keys.combine(Keys.combine(roundKey, Keys.STEP), promptId);
    key = Keys.combine(Keys.combine(key, tree), child.indices());
    new GaussianStream(key).fill(target, 0, target.length);
  }

  @Override
  public void leaf(
      long purpose, int draw, String promptId, int tree, NodePath leaf, float[] target) {
    long key = Keys.combine(Keys.combine(Keys.combine(roundKey, purpose), draw), promptId);
    key = Keys.combine(Keys.combine(key, tree), leaf.indices());
    new GaussianStream(key).fill(target, 0, target.length);
  }
}
