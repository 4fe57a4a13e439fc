package org.treegrpo.core.optim;

/** How the learning rate falls over a run. A falling rate ends with less noise in the weights. */
public enum Decay {
  /** It does not. */
  CONSTANT,
  /** In equal steps, from 1 at the first step to 1 / total at the last. */
  LINEAR,
  /** Along half a cosine, from 1 at the first step towards 0 after the last. */
  COSINE;

  /**
   * The factor of the learning rate.
   *
   * @param step the optimiser step to be taken, counted from 1
   * @param total steps of the run
   */
  public double factor(long step, long total) {
    if (step < 1 || step > total) {
      throw new IllegalArgumentException(
          "optimiser step %d is not between 1 and the run's %d".formatted(step, total));
    }
    double done = (double) (step - 1) / total;
    return switch (this) {
      case CONSTANT -> 1;
      case LINEAR -> 1 - done;
      case COSINE -> (1 + StrictMath.cos(Math.PI * done)) / 2;
    };
  }
}
