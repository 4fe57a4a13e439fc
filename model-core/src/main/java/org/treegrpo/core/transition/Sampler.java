package org.treegrpo.core.transition;

import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.policy.Prediction;

/**
 * The denoising steps t = 0 (pure noise) .. T-1 of a run, as affine maps of state and network
 * output. Immutable.
 */
public final class Sampler {

  private final List<AffineStep> ode;
  private final List<AffineStep> sde;
  private final List<CleanEstimate> clean;

  private Sampler(NoisingProcess process, int steps) {
    ode = IntStream.range(0, steps).mapToObj(process::ode).toList();
    sde = IntStream.range(0, steps).mapToObj(process::sde).toList();
    clean = IntStream.range(0, steps).mapToObj(process::clean).toList();
  }

  /**
   * The sampler of a policy with the given prediction: {@code flow-velocity} goes with {@code ode},
   * {@code flow-sde}, {@code dance-sde} and {@code cps}; {@code epsilon}, {@code v} and {@code x0}
   * go with {@code ode} and {@code ddim}.
   *
   * @throws IllegalArgumentException when transition and prediction do not go together
   */
  public static Sampler of(SamplerSettings settings, Prediction prediction) {
    TransitionKind transition = settings.transition();
    boolean flow = prediction == Prediction.FLOW_VELOCITY;
    boolean matches =
        switch (transition) {
          case ODE -> true;
          case FLOW_SDE, DANCE_SDE, CPS -> flow;
          case DDIM -> !flow;
        };
    if (!matches) {
      throw new IllegalArgumentException(
          "transition: '%s' does not go with a policy whose prediction is '%s'; use %s"
              .formatted(
                  transition.label(),
                  prediction.label(),
                  flow ? "ode, flow-sde, dance-sde or cps" : "ode or ddim"));
    }
    int steps = settings.steps();
    double eta = transition == TransitionKind.ODE ? 0 : settings.eta();
    NoisingProcess process =
        flow
            ? new RectifiedFlow(
                settings.schedule().sigmas(steps, settings.shift()), transition, eta)
            : new Diffusion(steps, eta, prediction);
    return new Sampler(process, steps);
  }

  /** T. */
  public int steps() {
    return ode.size();
  }

  /** The deterministic step t: Euler, or DDIM with eta = 0. */
  public AffineStep odeStep(int t) {
    return ode.get(t);
  }

  /** The stochastic step t; without noise where eta or the process makes it so. */
  public AffineStep sdeStep(int t) {
    return sde.get(t);
  }

  /** The clean sample implied by the network's output at step t. */
  public CleanEstimate clean(int t) {
    return clean.get(t);
  }
}
