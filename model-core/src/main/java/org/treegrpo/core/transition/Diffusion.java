package org.treegrpo.core.transition;

import org.treegrpo.core.policy.Prediction;

/**
 * DDIM on Stable Diffusion's variance-preserving process: 1000 training steps, scaled-linear beta
 * from 0.00085 to 0.012, leading spacing with offset 1 (ALGORITHMS.md section 2.2).
 */
final class Diffusion implements NoisingProcess {

  private static final int TRAINING_STEPS = 1000;
  private static final double BETA_START = 0.00085;
  private static final double BETA_END = 0.012;

  private final double[] cumulativeAlphas = cumulativeAlphas();
  private final int steps;
  private final double eta;
  private final Prediction prediction;

  Diffusion(int steps, double eta, Prediction prediction) {
    if (steps >= TRAINING_STEPS) {
      throw new IllegalArgumentException(
          "steps: a diffusion policy has %d training steps, so at most %d are possible, was %d"
              .formatted(TRAINING_STEPS, TRAINING_STEPS - 1, steps));
    }
    this.steps = steps;
    this.eta = eta;
    this.prediction = prediction;
  }

  @Override
  public AffineStep ode(int t) {
    return step(t, 0);
  }

  @Override
  public AffineStep sde(int t) {
    return step(t, eta);
  }

  @Override
  public CleanEstimate clean(int t) {
    double alpha = cumulativeAlphas[time(t)];
    double signal = Math.sqrt(alpha);
    double noise = Math.sqrt(1 - alpha);
    return switch (prediction) {
      case EPSILON -> new CleanEstimate(1 / signal, -noise / signal);
      case X0 -> new CleanEstimate(0, 1);
      case V -> new CleanEstimate(signal, -noise);
      case FLOW_VELOCITY -> throw new IllegalStateException("a diffusion has no flow velocity");
    };
  }

  private AffineStep step(int t, double noiseScale) {
    double alpha = cumulativeAlphas[time(t)];
    double previous = cumulativeAlphas[previousTime(t)];
    double s = noiseScale * Math.sqrt((1 - previous) / (1 - alpha) * (1 - alpha / previous));
    CleanEstimate clean = clean(t);
    // eps = (x - sqrt(alpha) x0hat) / sqrt(1 - alpha), whatever the network predicts
    double signal = Math.sqrt(previous);
    double perNoise = Math.sqrt(Math.max(0, 1 - previous - s * s)) / Math.sqrt(1 - alpha);
    double perClean = signal - perNoise * Math.sqrt(alpha);
    return new AffineStep(
        perClean * clean.latent() + perNoise,
        perClean * clean.output(),
        s,
        LogProbKind.GAUSSIAN,
        time(t));
  }

  private int time(int t) {
    return (steps - 1 - t) * (TRAINING_STEPS / steps) + 1;
  }

  /** Clamped at 0, which keeps the last step's noise positive. */
  private int previousTime(int t) {
    return Math.max(0, time(t) - TRAINING_STEPS / steps);
  }

  private static double[] cumulativeAlphas() {
    double[] table = new double[TRAINING_STEPS];
    double first = Math.sqrt(BETA_START);
    double last = Math.sqrt(BETA_END);
    double product = 1;
    for (int i = 0; i < TRAINING_STEPS; i++) {
      double root = first + i * (last - first) / (TRAINING_STEPS - 1);
      product *= 1 - root * root;
      table[i] = product;
    }
    return table;
  }
}
