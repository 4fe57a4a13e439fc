package org.treegrpo.core.tree;

import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.TreeSettings.SiblingNoise;

/**
 * Gaussian noise keyed by (run seed, round, prompt id, tree, path): the same key gives the same
 * bits on every machine, whatever else was drawn before. Stateless.
 *
 * <p>The key of root noise omits the tree where the trees of a prompt share it; the key of step
 * noise never does, so such trees part at the first stochastic step even with k = 1.
 */
public final class NoiseSource implements NodeNoise {

  private final long roundKey;
  private final TreeSettings settings;

  public NoiseSource(long runSeed, int round, TreeSettings settings) {
    roundKey = Keys.of(runSeed, round);
    this.settings = settings;
  }

  /** With independent siblings. */
  public NoiseSource(long runSeed, int round, RootNoise rootNoise) {
    this(runSeed, round, new TreeSettings(rootNoise, 1));
  }

  @Override
  public void root(String promptId, int tree, float[] target, int offset, int length) {
    long key = Keys.combine(Keys.combine(roundKey, Keys.ROOT), promptId);
    if (settings.rootNoise() == RootNoise.INDEPENDENT) {
      key = Keys.combine(key, tree);
    }
    new GaussianStream(key).fill(target, offset, length);
  }

  @Override
  public void step(String promptId, int tree, NodePath child, float[] target) {
    long key = Keys.combine(Keys.combine(roundKey, Keys.STEP), promptId);
    key = Keys.combine(key, tree);
    new GaussianStream(Keys.combine(key, child.indices())).fill(target, 0, target.length);
    if (settings.siblingNoise() == SiblingNoise.SHARED_XI) {
      float[] shared = new float[target.length];
      long parents = Keys.combine(key, child.parent().indices());
      new GaussianStream(Keys.combine(parents, Keys.SIBLINGS)).fill(shared, 0, shared.length);
      double spread = settings.siblingSpread();
      double norm = Math.sqrt(1 + spread * spread);
      for (int i = 0; i < target.length; i++) {
        target[i] = (float) ((shared[i] + spread * target[i]) / norm);
      }
    }
  }

  @Override
  public void leaf(
      long purpose, int draw, String promptId, int tree, NodePath leaf, float[] target) {
    long key = Keys.combine(Keys.combine(Keys.combine(roundKey, purpose), draw), promptId);
    key = Keys.combine(Keys.combine(key, tree), leaf.indices());
    new GaussianStream(key).fill(target, 0, target.length);
  }
}
