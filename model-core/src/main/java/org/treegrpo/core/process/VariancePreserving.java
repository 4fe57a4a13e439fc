package org.treegrpo.core.process;

/**
 * A variance-preserving diffusion (ALGORITHMS.md section 2.2). Its time is the training step, and
 * the network is told just that.
 */
public final class VariancePreserving implements NoiseProcess {

  private final NoiseSchedule schedule;
  private final double[] cumulativeAlphas;
  private final Prediction prediction;

  /**
   * @param prediction epsilon, v or x0
   * @throws IllegalArgumentException where the prediction does not go with the schedule
   */
  public VariancePreserving(Prediction prediction, NoiseSchedule schedule) {
    if (prediction.family() != Family.DIFFUSION) {
      throw new IllegalArgumentException(
          "prediction: a diffusion has no %s".formatted(prediction.label()));
    }
    schedule
        .refusal(prediction)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("scheduler: " + why);
            });
    this.prediction = prediction;
    this.schedule = schedule;
    this.cumulativeAlphas = schedule.cumulativeAlphas();
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

  /** The training step that holds the fraction; each holds an equal share of them. */
  @Override
  public double time(double fraction) {
    return Math.min(Math.floor(fraction * cumulativeAlphas.length), cumulativeAlphas.length - 1.0);
  }

  @Override
  public double interval(double time, double next) {
    return (time - next) / cumulativeAlphas.length;
  }

  @Override
  public double[] times(int steps) {
    return schedule.times(steps);
  }
}
