package org.treegrpo.core.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.Golden;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.SigmaSchedule;

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

  private static double[] moments(Transition kind, double eta, int steps) {
    double[] sigmas = SigmaSchedule.LINSPACE_SHIFT.sigmas(steps, 3);
    Sampler sampler =
        Sampler.of(
            new SamplerSettings(steps, SigmaSchedule.LINSPACE_SHIFT, 3, kind, eta),
            Prediction.FLOW_VELOCITY);
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
