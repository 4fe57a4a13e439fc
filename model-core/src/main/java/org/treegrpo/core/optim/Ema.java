package org.treegrpo.core.optim;

/**
 * Exponential moving average of the weights, average = decay average + (1 - decay) weights.
 *
 * @param decay in [0, 1); 0 copies the weights
 */
public record Ema(double decay) {

  public Ema {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("ema decay must be at least 0 and below 1, was " + decay);
    }
  }

  /** Updates {@code average} in place; {@code weights} is only read. */
  public void update(float[] average, float[] weights) {
    if (average.length != weights.length) {
      throw new IllegalArgumentException(
          "the average has %d elements, the weights %d; they must agree"
              .formatted(average.length, weights.length));
    }
    // In this form an average that has arrived at the weights stays there exactly.
    float take = (float) (1 - decay);
    for (int i = 0; i < average.length; i++) {
      average[i] += take * (weights[i] - average[i]);
    }
  }
}
