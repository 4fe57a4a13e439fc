package org.treegrpo.core.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.Golden;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.BetaSchedule;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.process.TimestepSpacing;
import org.treegrpo.core.process.VariancePreserving;

/**
 * Gaussian data N(m, s0^2) has an affine optimal velocity, so mean and variance of the samples
 * follow an exact recursion (ALGORITHMS.md section 5, oracle 2).
 */
class GaussianToyTest {

  private static final double MEAN = 0.5;
  private static final double VARIANCE = 0.25;

  @ParameterizedTest
  @CsvSource({
    "ode, flow-sde, 0, 10",
    "flow, flow-sde, 0.7, 10",
    "dance, dance-sde, 0.3, 10",
    "cps, cps, 0.8, 10",
    "ode, flow-sde, 0, 200",
    "flow, flow-sde, 0.7, 200",
    "dance, dance-sde, 0.3, 200",
    "cps, cps, 0.8, 200"
  })
  void samplesHaveTheGoldenMoments(String name, String transition, String eta, int steps) {
    double[] golden = Golden.doubles("/gaussian_toy/final/%s_%s_N%d".formatted(name, eta, steps));
    double[] moments = moments(Steps.named(transition), Double.parseDouble(eta), steps);
    assertThat(moments).as("mean and variance").containsExactly(golden, within(1e-12));
  }

  @Test
  void danceSdeConvergesToTheDataAtFirstOrder() {
    double coarse = moments(Steps.named("dance-sde"), 0.3, 1000)[1] - VARIANCE;
    double fine = moments(Steps.named("dance-sde"), 0.3, 2000)[1] - VARIANCE;
    assertThat(fine / coarse).as("twice the steps, half the error").isCloseTo(0.5, within(0.01));
  }

  /** Its sigma* at the first step leaves a small, slowly fading term of the opposite sign. */
  @ParameterizedTest
  @ValueSource(ints = {10, 20, 50, 100, 200, 500, 1000, 2000})
  void flowSdeConvergesToTheData(int steps) {
    double error = moments(Steps.named("flow-sde"), 0.7, steps)[1] - VARIANCE;
    assertThat(Math.abs(error)).as("error of the variance").isLessThan(1.0 / steps);
  }

  @Test
  void cpsDoesNotPreserveTheVariance() {
    assertThat(moments(Steps.named("cps"), 0.8, 2000)[1])
        .as("CPS is exact for delta data only")
        .isLessThan(0.2);
  }

  /**
   * Every schedule, sampled by DDIM with and without noise, meets the marginal of its last time.
   */
  @ParameterizedTest
  @CsvSource({
    "EPSILON, LINEAR, false, TRAILING, 0",
    "EPSILON, LINEAR, false, TRAILING, 1",
    "EPSILON, SCALED_LINEAR, false, LEADING, 1",
    "EPSILON, SQUAREDCOS_CAP_V2, false, LINSPACE, 1",
    "V, LINEAR, true, TRAILING, 1",
    "V, SCALED_LINEAR, true, LINSPACE, 0.5",
    "X0, SQUAREDCOS_CAP_V2, true, TRAILING, 0.5",
    "X0, LINEAR, true, LINSPACE, 1",
  })
  void ddimConvergesToTheMarginalsOfTheDiffusion(
      Prediction prediction,
      BetaSchedule betas,
      boolean zeroSnr,
      TimestepSpacing spacing,
      double eta) {
    NoiseSchedule schedule = new NoiseSchedule(10_000, 1e-5, 0.002, betas, zeroSnr, spacing, 1);
    VariancePreserving process = new VariancePreserving(prediction, schedule);
    double before = Double.POSITIVE_INFINITY;
    for (int steps : new int[] {50, 500, 5000}) {
      double[] moments = diffusionMoments(prediction, process, schedule, steps, eta);
      double signal = process.signal(0);
      double noise = process.noise(0);
      double error =
          Math.abs(moments[0] - signal * MEAN)
              + Math.abs(moments[1] - signal * signal * VARIANCE - noise * noise);
      assertThat(error).as("ten times the steps, less error: %d steps", steps).isLessThan(before);
      before = error / 4;
    }
    assertThat(before).as("a quarter of the last error").isLessThan(5e-4);
  }

  /** Along a whole rollout with s at its largest, x_t has the mean and variance of q(x_t). */
  @Test
  void ddimPreservesEveryMarginalOfDeltaData() {
    NoiseSchedule schedule =
        new NoiseSchedule(1000, 1e-4, 0.02, BetaSchedule.LINEAR, true, TimestepSpacing.TRAILING, 0);
    VariancePreserving process = new VariancePreserving(Prediction.X0, schedule);
    Sampler sampler =
        Sampler.of(
            new SamplerSettings(10, SigmaSchedule.LINSPACE_SHIFT, 3, Steps.named("ddim"), 1),
            Prediction.X0,
            schedule);
    double mean = 0;
    double variance = 1;
    for (int t = 0; t < 10; t++) {
      AffineStep step = sampler.sdeStep(t);
      mean = step.latent() * mean + step.output() * MEAN;
      variance = step.latent() * step.latent() * variance + step.noiseStd() * step.noiseStd();
      double next = t == 9 ? 0 : sampler.time(t + 1);
      assertThat(mean)
          .as("mean after step %d", t)
          .isCloseTo(process.signal(next) * MEAN, within(1e-12));
      assertThat(variance)
          .as("variance after step %d", t)
          .isCloseTo(Math.pow(process.noise(next), 2), within(1e-12));
    }
  }

  /**
   * Moments of the last state, from those of the first time on; the best output is E[target | x],
   * affine in x for Gaussian data.
   */
  private static double[] diffusionMoments(
      Prediction prediction,
      VariancePreserving process,
      NoiseSchedule schedule,
      int steps,
      double eta) {
    Sampler sampler =
        Sampler.of(
            new SamplerSettings(steps, SigmaSchedule.LINSPACE_SHIFT, 3, Steps.named("ddim"), eta),
            prediction,
            schedule);
    double start = process.signal(sampler.time(0));
    double mean = start * MEAN;
    double variance = start * start * VARIANCE + Math.pow(process.noise(sampler.time(0)), 2);
    for (int t = 0; t < steps; t++) {
      AffineStep step = eta == 0 ? Steps.ode(sampler, t) : sampler.sdeStep(t);
      double signal = process.signal(sampler.time(t));
      double noise = process.noise(sampler.time(t));
      NoiseProcess.Target target = process.target(sampler.time(t));
      double total = signal * signal * VARIANCE + noise * noise;
      double slope = (target.clean() * signal * VARIANCE + target.noise() * noise) / total;
      double offset = target.clean() * MEAN - slope * signal * MEAN;
      double gain = step.latent() + step.output() * slope;
      mean = gain * mean + step.output() * offset;
      variance = gain * gain * variance + step.noiseStd() * step.noiseStd();
    }
    return new double[] {mean, variance};
  }

  private static double[] moments(Transition kind, double eta, int steps) {
    double[] sigmas = SigmaSchedule.LINSPACE_SHIFT.sigmas(steps, 3);
    Sampler sampler =
        Sampler.of(
            new SamplerSettings(steps, SigmaSchedule.LINSPACE_SHIFT, 3, kind, eta),
            Prediction.FLOW_VELOCITY,
            NoiseSchedule.STABLE_DIFFUSION);
    double mean = 0;
    double variance = 1;
    for (int t = 0; t < steps; t++) {
      AffineStep step = sampler.sdeStep(t);
      double clean = 1 - sigmas[t];
      double total = clean * clean * VARIANCE + sigmas[t] * sigmas[t];
      double slope = (sigmas[t] - clean * VARIANCE) / total;
      double gain = step.latent() + step.output() * slope;
      mean = gain * mean - step.output() * MEAN * (1 + slope * clean);
      variance = gain * gain * variance + step.noiseStd() * step.noiseStd();
    }
    return new double[] {mean, variance};
  }
}
