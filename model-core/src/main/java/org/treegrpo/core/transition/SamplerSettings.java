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
 * @param tail what follows the last stochastic step
 * @param tailRatio share of the steps left that a shorter tail has, in (0, 1]
 */
public record SamplerSettings(
    int steps,
    SigmaSchedule schedule,
    double shift,
    Transition transition,
    double eta,
    Tail tail,
    double tailRatio) {

  public SamplerSettings {
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(transition, "transition");
    if (steps < 1) {
      throw new IllegalArgumentException("steps: must be at least 1, was " + steps);
    }
    if (!(shift > 0) || Double.isInfinite(shift)) {
      throw new IllegalArgumentException("shift: must be positive and finite, was " + shift);
    }
    if (!(tailRatio > 0 && tailRatio <= 1)) {
      throw new IllegalArgumentException(
          "tail-ratio: must be above 0 and at most 1, was " + tailRatio);
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

  /** Steps of step-by-step rollouts without a tail of their own. */
  public SamplerSettings(
      int steps, SigmaSchedule schedule, double shift, Transition transition, double eta) {
    this(steps, schedule, shift, transition, eta, Tail.SAME, 1);
  }

  /**
   * Network evaluations of a leaf after the window.
   *
   * @param end the step after the window's last
   */
  public int tailSteps(int end) {
    int left = steps - end;
    return tail == Tail.SAME || left == 0 ? left : Math.max(1, (int) (tailRatio * left));
  }

  /** The same sampler with another number of steps. */
  public SamplerSettings withSteps(int otherSteps) {
    return new SamplerSettings(otherSteps, schedule, shift, transition, eta, tail, tailRatio);
  }
}
