package org.treegrpo.core.process;

import java.util.Optional;

/**
 * How much noise each training step of a variance-preserving diffusion has, and which of them a
 * rollout visits: the content of a diffusers {@code scheduler_config.json}, by its names.
 *
 * @param trainTimesteps {@code num_train_timesteps}, at least 2
 * @param betaStart {@code beta_start}, above 0 and below 1
 * @param betaEnd {@code beta_end}, at least {@code betaStart} and below 1
 * @param betaSchedule {@code beta_schedule}
 * @param zeroTerminalSnr {@code rescale_betas_zero_snr}: the last training step is pure noise (Lin
 *     et al., arXiv 2305.08891, algorithm 1)
 * @param spacing {@code timestep_spacing}
 * @param stepsOffset {@code steps_offset}, of leading times only
 */
public record NoiseSchedule(
    int trainTimesteps,
    double betaStart,
    double betaEnd,
    BetaSchedule betaSchedule,
    boolean zeroTerminalSnr,
    TimestepSpacing spacing,
    int stepsOffset) {

  /** Stable Diffusion's, which is that of a policy that names none (ALGORITHMS.md section 2.2). */
  public static final NoiseSchedule STABLE_DIFFUSION =
      new NoiseSchedule(
          1000, 0.00085, 0.012, BetaSchedule.SCALED_LINEAR, false, TimestepSpacing.LEADING, 1);

  /** abar of every training step: the share of the signal's variance. */
  double[] cumulativeAlphas() {
    double[] table = new double[trainTimesteps];
    double product = 1;
    for (int i = 0; i < table.length; i++) {
      product *= 1 - betaSchedule.beta(i, trainTimesteps, betaStart, betaEnd);
      table[i] = product;
    }
    if (zeroTerminalSnr) {
      double first = Math.sqrt(table[0]);
      double last = Math.sqrt(table[table.length - 1]);
      for (int i = 0; i < table.length; i++) {
        double signal = (Math.sqrt(table[i]) - last) * (first / (first - last));
        table[i] = signal * signal;
      }
    }
    return table;
  }

  /**
   * The T + 1 times of a rollout, training steps. The last one is clamped at 0, which keeps the
   * noise of the last step positive where that starts above 0; linspace times, and leading ones
   * without an offset, start it at 0, where nothing is left to do.
   */
  double[] times(int steps) {
    if (steps >= trainTimesteps) {
      throw new IllegalArgumentException(
          "steps: a diffusion policy has %d training steps, so at most %d are possible, was %d"
              .formatted(trainTimesteps, trainTimesteps - 1, steps));
    }
    if (steps == 1 && spacing == TimestepSpacing.LINSPACE) {
      throw new IllegalArgumentException(
          "steps: linspace times go from the last training step to the first, so at least 2 are needed, was 1");
    }
    double[] times = new double[steps + 1];
    for (int t = 0; t < steps; t++) {
      times[t] = spacing.time(steps - 1 - t, steps, trainTimesteps, stepsOffset);
    }
    if (times[0] >= trainTimesteps) {
      throw new IllegalArgumentException(
          "steps: %d leading steps with the steps_offset %d start at time %.0f, beyond the last training step %d; lower steps or steps_offset"
              .formatted(steps, stepsOffset, times[0], trainTimesteps - 1));
    }
    return times;
  }

  /** Why no network with this prediction can follow the schedule; empty where one can. */
  public Optional<String> refusal(Prediction prediction) {
    double[] table = cumulativeAlphas();
    double last = table[table.length - 1];
    if (!(table[table.length - 2] > last)) {
      return Optional.of(
          "has no signal left before the last training step; lower beta_end or num_train_timesteps");
    }
    if (prediction == Prediction.EPSILON && last == 0) {
      return Optional.of(
          "has no signal at the last training step, where epsilon says nothing of the picture; use prediction v or x0, or rescale_betas_zero_snr false");
    }
    return Optional.empty();
  }
}
