package org.treegrpo.core.policy;

/**
 * A forward pass that remembers how to go back: its output now, its gradient later. The loss of
 * this project is closed-form in the network's output (every transition is affine in it), so a
 * caller reads the output, works out dLoss/dOutput and hands it in. Belongs to the thread that
 * opened it; holds native memory until its owner closes it.
 */
public interface Forward extends AutoCloseable {

  /**
   * Copies the output.
   *
   * @param output receives {@code [B * D]}
   */
  void output(float[] output);

  /**
   * One backward pass; the parameter gradients are added to those already accumulated.
   *
   * @param cotangent dLoss/dOutput, {@code [B * D]}
   * @throws IllegalStateException if there was a backward pass already, or other weights were
   *     installed since the forward pass
   */
  void backward(float[] cotangent);

  @Override
  void close();
}
