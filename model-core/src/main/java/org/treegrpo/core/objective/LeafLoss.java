package org.treegrpo.core.objective;

import org.treegrpo.core.process.CleanEstimate;

/**
 * The loss of one leaf that was noised again, in closed form in the network's output (ALGORITHMS.md
 * section 3.2).
 */
public interface LeafLoss {

  /**
   * Adds dLoss/dOutput of one row.
   *
   * @param row what is known of it
   * @param advantage A of the leaf, divided by the clamp and so in [-1, 1]
   * @param weight of the row in the loss
   * @param gradient of the row, {@code [D]}; added to
   */
  Surrogate.Term add(Row row, double advantage, double weight, double[] gradient);

  /**
   * One row of a batch. Not copied.
   *
   * @param clean x0hat as a function of state and output, at the batch's time
   * @param noise coefficient of the noise at the batch's time: t of a flow
   * @param states batch of x_t
   * @param leaves batch of x0
   * @param targets batch of v*, what the network would have to put out
   * @param output batch of v_theta
   * @param old batch of v_old
   * @param offset of the row in all of them
   */
  record Row(
      CleanEstimate clean,
      double noise,
      float[] states,
      float[] leaves,
      float[] targets,
      float[] output,
      float[] old,
      int offset) {}
}
