package org.treegrpo.core.learn;

import java.util.List;
import org.treegrpo.core.policy.Conditioning;

/**
 * One forward pass to learn from: its input, and the derivative of the loss with respect to its
 * output, which is closed-form (every transition, and every target, is affine in it). Used once.
 */
public interface LearnBatch {

  /** {@code [B * D]}. */
  float[] latents();

  /** Model time of every row. */
  float timestep();

  /** One per row. */
  List<Conditioning> conditioning();

  /**
   * dLoss/dOutput, {@code [B * D]}; adds the batch up.
   *
   * @param output of the network that learns, {@code [B * D]}
   * @param reference output of the reference network on the same input; empty where the learner
   *     needs none
   */
  float[] cotangent(float[] output, float[] reference);

  /** What the batch amounted to, after {@link #cotangent}. */
  LearnResult result();
}
