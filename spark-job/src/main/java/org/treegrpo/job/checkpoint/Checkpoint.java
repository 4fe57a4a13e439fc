package org.treegrpo.job.checkpoint;

import java.util.List;
import java.util.Optional;
import org.treegrpo.core.policy.ParameterLayout;

/**
 * Everything that the next round depends on. The arrays are not copied and have {@code
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
    float[] firstMoment,
    float[] secondMoment,
    byte[] estimator) {

  public Checkpoint {
    for (float[] vector :
        List.of(weights, ema.orElse(weights), old.orElse(weights), firstMoment, secondMoment)) {
      if (vector.length != layout.size()) {
        throw new IllegalArgumentException(
            "the layout has %d elements, a vector has %d".formatted(layout.size(), vector.length));
      }
    }
  }
}
