package org.treegrpo.core.transition;

import java.util.Objects;
import org.treegrpo.core.process.SigmaSchedule;

/**
 * The {@code sampler} section of the configuration.
 *
 * @param steps T
 * @param schedule noise levels of rectified flow; a diffusion policy has its own (scaled-linear)
 *     and ignores this and {@code shift}
 * @param shift of the schedule, see {@link SigmaSchedule#DEFAULT_SHIFT}
 * @param transition the step taken inside the window
 * @param eta amount of noise; 0 makes every step the deterministic one
 */
public record SamplerSettings(
    int steps, SigmaSchedule schedule, double shift, Transition transition, double eta) {

  public SamplerSettings {
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(transition, "transition");
    if (steps < 1) {
      throw new IllegalArgumentException("steps: must be at least 1, was " + steps);
    }
    if (!(shift > 0) || Double.isInfinite(shift)) {
      throw new IllegalArgumentException("shift: must be positive and finite, was " + shift);
    }
    if (!(eta >= 0) || Double.isInfinite(eta)) {
      throw new IllegalArgumentException("eta: must be at least 0 and finite, was " + eta);
    }
    if (eta > transition.largestEta()) {
      throw new IllegalArgumentException(
          "eta: must be at most %s for transition %s, was %s"
              .formatted(transition.largestEta(), transition.name(), eta));
    }
  }

  /** The same sampler with another number of steps. */
  public SamplerSettings withSteps(int otherSteps) {
    return new SamplerSettings(otherSteps, schedule, shift, transition, eta);
  }
}
