package org.treegrpo.core.transition;

import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.base.Services;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.CleanEstimate;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.RectifiedFlow;
import org.treegrpo.core.process.VariancePreserving;

/**
 * The denoising steps t = 0 (pure noise) .. T-1 of a run, as affine maps of state and network
 * output. Immutable.
 */
public final class Sampler {

  private final NoiseProcess process;
  private final double[] times;
  private final List<AffineStep> sde;
  private final SamplerSettings settings;

  private Sampler(NoiseProcess process, SamplerSettings settings) {
    this.process = process;
    this.settings = settings;
    times = process.times(settings.steps());
    sde =
        IntStream.range(0, settings.steps())
            .mapToObj(
                t -> settings.transition().step(process, times[t], times[t + 1], settings.eta()))
            .toList();
  }

  /**
   * The sampler of a policy with the given prediction.
   *
   * @param noise schedule of a diffusion policy; a flow policy has no use for it
   * @throws IllegalArgumentException when transition and prediction are not of one family
   */
  public static Sampler of(SamplerSettings settings, Prediction prediction, NoiseSchedule noise) {
    Transition transition = settings.transition();
    if (transition.family() != prediction.family()) {
      throw new IllegalArgumentException(
          "transition: '%s' does not go with a policy whose prediction is '%s'; use %s"
              .formatted(
                  transition.name(),
                  prediction.label(),
                  String.join(" or ", namesOf(prediction.family()))));
    }
    if (settings.tail() == Tail.DPM_SOLVER_2M && prediction.family() != Family.FLOW) {
      throw new IllegalArgumentException(
          "tail: dpm-solver-2m is for flow policies, the policy's prediction is '%s'; use same"
              .formatted(prediction.label()));
    }
    NoiseProcess process =
        switch (prediction.family()) {
          case FLOW -> new RectifiedFlow(settings.schedule(), settings.shift());
          case DIFFUSION -> new VariancePreserving(prediction, noise);
        };
    return new Sampler(process, settings);
  }

  /** T. */
  public int steps() {
    return sde.size();
  }

  /** The stochastic step t; without noise where eta or the process makes it so. */
  public AffineStep sdeStep(int t) {
    return sde.get(t);
  }

  /** The process whose states are sampled. */
  public NoiseProcess process() {
    return process;
  }

  /** The time at which step t starts, in the process's unit. */
  public double time(int t) {
    return times[t];
  }

  /** -d of step t, positive: the part of the way from noise to data that it covers. */
  public double interval(int t) {
    return process.interval(times[t], times[t + 1]);
  }

  /** The clean sample implied by the network's output at step t. */
  public CleanEstimate clean(int t) {
    return process.clean(times[t]);
  }

  /** The deterministic steps {@code from .. to-1}: Euler, or DDIM with eta = 0. */
  public Stretch stretch(int from, int to) {
    return new EulerStretch(
        IntStream.range(from, to)
            .mapToObj(t -> process.deterministic(times[t], times[t + 1]))
            .toList());
  }

  /**
   * What follows the window.
   *
   * @param end the step after the window's last
   */
  public Stretch tail(int end) {
    if (settings.tail() == Tail.SAME || end == steps()) {
      return stretch(end, steps());
    }
    RectifiedFlow flow = (RectifiedFlow) process;
    double[] sigmas = flow.evenly(times[end], settings.tailSteps(end));
    return new DpmSolver(flow, sigmas, end == 0 ? times[end] : times[end - 1]);
  }

  /** Whether {@link #tail} uses x0hat of the step before it. */
  public boolean tailRemembers() {
    return settings.tail() == Tail.DPM_SOLVER_2M;
  }

  private static List<String> namesOf(Family family) {
    return Services.names(Transition.class).stream()
        .filter(
            name ->
                Services.find(Transition.class, name)
                    .filter(transition -> transition.family() == family)
                    .isPresent())
        .toList();
  }
}
