package org.treegrpo.core.transition;

/**
 * Rectified flow, x = (1 - sigma) x_data + sigma eps, with a velocity output v = eps - x_data
 * (ALGORITHMS.md section 2.1).
 */
final class RectifiedFlow implements NoisingProcess {

  private static final double TIME_SCALE = 1000;

  private final double[] sigmas;
  private final TransitionKind transition;
  private final double eta;

  RectifiedFlow(double[] sigmas, TransitionKind transition, double eta) {
    this.sigmas = sigmas;
    this.transition = transition;
    this.eta = eta;
  }

  @Override
  public AffineStep ode(int t) {
    return new AffineStep(1, sigmas[t + 1] - sigmas[t], 0, LogProbKind.GAUSSIAN, timestep(t));
  }

  @Override
  public AffineStep sde(int t) {
    return switch (transition) {
      case ODE -> ode(t);
      case FLOW_SDE -> diffusing(t, eta * Math.sqrt(sigmas[t] / (1 - belowOne(t))));
      case DANCE_SDE -> diffusing(t, eta);
      case CPS -> coefficientsPreserving(t);
      case DDIM -> throw new IllegalStateException("ddim is not a rectified-flow transition");
    };
  }

  @Override
  public CleanEstimate clean(int t) {
    return new CleanEstimate(1, -sigmas[t]);
  }

  /** sigma, except at sigma = 1 where g would be infinite: there the next value. */
  private double belowOne(int t) {
    return sigmas[t] == 1 ? sigmas[1] : sigmas[t];
  }

  private AffineStep diffusing(int t, double g) {
    double sigma = sigmas[t];
    double d = sigmas[t + 1] - sigma;
    double drift = g * g / (2 * sigma);
    return new AffineStep(
        1 + drift * d,
        (1 + drift * (1 - sigma)) * d,
        g * Math.sqrt(-d),
        LogProbKind.GAUSSIAN,
        timestep(t));
  }

  private AffineStep coefficientsPreserving(int t) {
    double sigma = sigmas[t];
    double next = sigmas[t + 1];
    double s = next * StrictMath.sin(eta * StrictMath.PI / 2);
    double noise = Math.sqrt(Math.max(0, next * next - s * s));
    return new AffineStep(
        1 - next + noise,
        -(1 - next) * sigma + noise * (1 - sigma),
        s,
        LogProbKind.MEAN_SQUARED,
        timestep(t));
  }

  private float timestep(int t) {
    return (float) (sigmas[t] * TIME_SCALE);
  }
}
