package org.treegrpo.core.transition;

/**
 * Deterministic denoising steps: what comes before the window, what follows its last stochastic
 * step, and all of an evaluation. A solver may have another number of steps than the rollout, and
 * may remember the steps before. Immutable.
 */
public interface Stretch {

  /** Number of steps, each one network evaluation a row. */
  int steps();

  /** Model time at which the network is evaluated in a step. */
  float modelTime(int step);

  /**
   * Begins for one batch, whose rows stay together.
   *
   * @param clean x0hat of each row at the step before the stretch, {@code [B * D]}, for a solver
   *     that remembers it; empty where there was none
   */
  Run begin(float[] clean);

  /** One batch on its way; takes the steps in order. */
  interface Run {

    /**
     * Takes a step in place.
     *
     * @param latents batch of x
     * @param outputs the network's outputs for them
     */
    void advance(int step, float[] latents, float[] outputs);
  }
}
