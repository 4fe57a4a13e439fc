package org.treegrpo.core.tree;

/**
 * What is the same for every tree of a run.
 *
 * @param rootNoise whether the trees of a prompt share x_0
 * @param maxBatch most rows of one forward pass; part of the configuration because the batch a row
 *     is evaluated in moves its last bits
 */
public record TreeSettings(RootNoise rootNoise, int maxBatch) {

  /** Whether a prompt's trees start from the same noise. */
  public enum RootNoise {
    SHARED,
    INDEPENDENT
  }
}
