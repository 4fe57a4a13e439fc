package org.treegrpo.core.policy;

/**
 * Turns a network output into the derivative of the loss with respect to that output: the seed of
 * the backward pass. The surrogate of this project is closed-form in the output (every transition
 * is affine in it), so no automatic differentiation is needed beyond the network.
 */
@FunctionalInterface
public interface OutputCotangent {

  /**
   * @param output the network's output, {@code [B * D]}
   * @param cotangent to be filled with dLoss/dOutput, {@code [B * D]}, zero on entry
   */
  void fill(float[] output, float[] cotangent);
}
