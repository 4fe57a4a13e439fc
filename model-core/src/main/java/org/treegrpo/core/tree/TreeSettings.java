package org.treegrpo.core.tree;

/**
 * What is the same for every tree of a run.
 *
 * @param rootNoise whether the trees of a prompt share x_0
 * @param siblingNoise how the noises of a node's children hang together
 * @param siblingSpread s of {@link SiblingNoise#SHARED_XI}, positive
 * @param maxBatch most rows of one forward pass; part of the configuration because the batch a row
 *     is evaluated in moves its last bits
 */
public record TreeSettings(
    RootNoise rootNoise, SiblingNoise siblingNoise, double siblingSpread, int maxBatch) {

  /** With independent siblings. */
  public TreeSettings(RootNoise rootNoise, int maxBatch) {
    this(rootNoise, SiblingNoise.INDEPENDENT, 1, maxBatch);
  }

  /** Whether a prompt's trees start from the same noise. */
  public enum RootNoise {
    SHARED,
    INDEPENDENT
  }

  /** The noises of the children of one node; each of them is N(0, I). */
  public enum SiblingNoise {
    INDEPENDENT,
    /**
     * BranchGRPO's (ALGORITHMS.md section 3): xi_b = (xi_0 + s eta_b) / sqrt(1 + s^2), xi_0 shared,
     * so that two siblings have the correlation 1 / (1 + s^2).
     */
    SHARED_XI
  }
}
