package org.treegrpo.job.checkpoint;

import java.util.Optional;
import org.treegrpo.core.optim.OffHeapVector;
import org.treegrpo.core.policy.ParameterLayout;

/**
 * Everything that the next round depends on. The vectors are not copied and have {@code
 * layout.size()} elements each.
 *
 * @param state round, counters and fingerprints
 * @param layout names and shapes of the trainable tensors
 * @param weights the policy's weights
 * @param ema their moving average, if the run keeps one
 * @param old the weights that rollouts are drawn with, if they are others
 * @param firstMoment the optimiser's running mean of the gradient
 * @param secondMoment the optimiser's running mean of its square
 * @param estimator what the advantage estimator keeps, empty if nothing
 */
public record Checkpoint(
    CheckpointState state,
    ParameterLayout layout,
    float[] weights,
    Optional<float[]> ema,
    Optional<float[]> old,
    OffHeapVector firstMoment,
    OffHeapVector secondMoment,
    byte[] estimator) {

  public Checkpoint {
    for (int size :
        new int[] {
          weights.length,
          ema.orElse(weights).length,
          old.orElse(weights).length,
          firstMoment.size(),
          secondMoment.size()
        }) {
      if (size != layout.size()) {
        throw new IllegalArgumentException(
            "the layout has %d elements, a vector has %d".formatted(layout.size(), size));
      }
    }
  }
}
