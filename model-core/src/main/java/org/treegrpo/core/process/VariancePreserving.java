package org.treegrpo.core.process;

/**
 * Stable Diffusion's variance-preserving process: 1000 training steps, scaled-linear beta from
 * 0.00085 to 0.012, leading spacing with offset 1 (ALGORITHMS.md section 2.2). Its time is the
 * training step.
 */
public final class VariancePreserving implements NoiseProcess {

  private static final int TRAINING_STEPS = 1000;
  private static final double BETA_START = 0.00085;
  private static final double BETA_END = 0.012;

  private final double[] cumulativeAlphas = cumulativeAlphas();
  private final Prediction prediction;

  /**
   * @param prediction epsilon, v or x0
   */
  public VariancePreserving(Prediction prediction) {
    if (prediction.family() != Family.DIFFUSION) {
      throw new IllegalArgumentException(
          "prediction: a diffusion has no %s".formatted(prediction.label()));
    }
    this.prediction = prediction;
  }

  /** Share of the signal's variance at a time, abar. */
  public double cumulativeAlpha(double time) {
    return cumulativeAlphas[(int) time];
  }

  @Override
  public double signal(double time) {
    return Math.sqrt(cumulativeAlpha(time));
  }

  @Override
  public double noise(double time) {
    return Math.sqrt(1 - cumulativeAlpha(time));
  }

  @Override
  public Target target(double time) {
    return switch (prediction) {
      case EPSILON -> new Target(0, 1);
      case X0 -> new Target(1, 0);
      case V -> new Target(-noise(time), signal(time));
      case FLOW_VELOCITY -> throw new AssertionError("refused by the constructor");
    };
  }

  @Override
  public CleanEstimate clean(double time) {
    double signal = signal(time);
    double noise = noise(time);
    return switch (prediction) {
      case EPSILON -> new CleanEstimate(1 / signal, -noise / signal);
      case X0 -> new CleanEstimate(0, 1);
      case V -> new CleanEstimate(signal, -noise);
      case FLOW_VELOCITY -> throw new AssertionError("refused by the constructor");
    };
  }

  @Override
  public float modelTime(double time) {
    return (float) time;
  }

  /** DDIM with eta = 0. */
  @Override
  public AffineStep deterministic(double time, double next) {
    return step(time, next, 0);
  }

  /**
   * The DDIM step with noise s (Song et al., arXiv 2010.02502, equation 12).
   *
   * @param noiseStd s
   */
  public AffineStep step(double time, double next, double noiseStd) {
    double alpha = cumulativeAlpha(time);
    double previous = cumulativeAlpha(next);
    CleanEstimate clean = clean(time);
    // eps = (x - sqrt(alpha) x0hat) / sqrt(1 - alpha), whatever the network predicts
    double signal = Math.sqrt(previous);
    double perNoise =
        Math.sqrt(Math.max(0, 1 - previous - noiseStd * noiseStd)) / Math.sqrt(1 - alpha);
    double perClean = signal - perNoise * Math.sqrt(alpha);
    return new AffineStep(
        perClean * clean.latent() + perNoise,
        perClean * clean.output(),
        noiseStd,
        LogProbKind.GAUSSIAN,
        modelTime(time));
  }

  @Override
  public double interval(double time, double next) {
    return (time - next) / TRAINING_STEPS;
  }

  /** The last time is clamped at 0, which keeps the last step's noise positive. */
  @Override
  public double[] times(int steps) {
    if (steps >= TRAINING_STEPS) {
      throw new IllegalArgumentException(
          "steps: a diffusion policy has %d training steps, so at most %d are possible, was %d"
              .formatted(TRAINING_STEPS, TRAINING_STEPS - 1, steps));
    }
    int spacing = TRAINING_STEPS / steps;
    double[] times = new double[steps + 1];
    for (int t = 0; t < steps; t++) {
      times[t] = (steps - 1.0 - t) * spacing + 1;
    }
    return times;
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
