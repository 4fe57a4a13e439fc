package org.treegrpo.core.process;

/**
 * A forward process x_t = {@link #signal} x0 + {@link #noise} eps, and the meaning of the network's
 * output along it. Times run in the process's own unit, from pure noise down to 0. Immutable.
 */
public interface NoiseProcess {

  /** Coefficient of the data at a time. */
  double signal(double time);

  /** Coefficient of the noise at a time. */
  double noise(double time);

  /** What the network is trained to predict at a time: {@code clean} x0 + {@code noise} eps. */
  Target target(double time);

  /** The clean sample implied by a state and the network's output. */
  CleanEstimate clean(double time);

  /**
   * The time at a fraction of the way from data to noise, in the process's unit; a uniform fraction
   * is what training draws.
   *
   * @param fraction 0..1
   */
  double time(double fraction);

  /** The time as the network is told it: 0..1000, or a diffusion's training step. */
  float modelTime(double time);

  /** The deterministic step from one time to a smaller one. */
  AffineStep deterministic(double time, double next);

  /** Length of a step, 1 for the whole way from noise to data. */
  double interval(double time, double next);

  /** The T + 1 times of a rollout, the last one 0. */
  double[] times(int steps);

  /**
   * Examples for training at one time.
   *
   * @param eps standard normal numbers
   * @param states rows of clean samples from {@code offset} on; become x_t
   * @param targets receives what the network is to predict, at the same places
   */
  default void noise(double time, float[] eps, float[] states, float[] targets, int offset) {
    Target target = target(time);
    for (int i = 0; i < eps.length; i++) {
      float clean = states[offset + i];
      states[offset + i] = (float) (signal(time) * clean + noise(time) * eps[i]);
      targets[offset + i] = (float) (target.clean() * clean + target.noise() * eps[i]);
    }
  }

  /** Coefficients of a training target. */
  record Target(double clean, double noise) {}
}
