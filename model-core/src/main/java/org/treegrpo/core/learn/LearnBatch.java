package org.treegrpo.core.learn;

import java.util.List;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.policy.Conditioning;

/**
 * One forward pass to learn from: its input, and the derivative of the loss with respect to its
 * output, which is closed-form (every transition, and every target, is affine in it). Used once.
 */
public interface LearnBatch {

  /** What must be evaluated besides the network that learns. */
  boolean needs(Need need);

  /** {@code [B * D]}. */
  float[] latents();

  /** Model time of every row. */
  float timestep();

  /** One per row. */
  List<Conditioning> conditioning();

  /** dLoss/dOutput, {@code [B * D]}; adds the batch up. */
  float[] cotangent(Outputs outputs);

  /** What the batch amounted to, after {@link #cotangent}. */
  LearnResult result();

  /**
   * Outputs of several networks on the same input, {@code [B * D]} each.
   *
   * @param current of the network that learns
   * @param reference of the base; empty where the learner needs none
   * @param old of the network that the rollout was drawn with; empty where the learner needs none,
   *     and the very array of {@code current} where the two networks are one
   */
  record Outputs(float[] current, float[] reference, float[] old) {}
}
