package org.treegrpo.core.credit;

import java.io.Serializable;

/**
 * What the edges, or the leaves, of one share are worth, in the order of its forest. Not copied.
 *
 * @param advantages one each; 0 where the reward failed
 * @param weights the factor of each in the loss of its optimiser step; 0 unless trained
 * @param statuses one each; only what is {@link Status#TRAINED} is part of the loss
 */
public record Credit(double[] advantages, double[] weights, Status[] statuses)
    implements Serializable {

  public Credit {
    if (advantages.length != weights.length || advantages.length != statuses.length) {
      throw new IllegalArgumentException(
          "%d advantages, %d weights and %d statuses are not of the same share"
              .formatted(advantages.length, weights.length, statuses.length));
    }
  }

  /** How many there are. */
  public int size() {
    return statuses.length;
  }

  /** The advantage of one of them for a table or a picture: NaN where the reward failed. */
  public double scored(int index) {
    return statuses[index] == Status.FAILED ? Double.NaN : advantages[index];
  }

  /** Whether one of them is part of the loss. */
  public boolean trains(int index) {
    return statuses[index] == Status.TRAINED;
  }
}
