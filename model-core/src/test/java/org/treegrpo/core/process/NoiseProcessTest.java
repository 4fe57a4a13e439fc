package org.treegrpo.core.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NoiseProcessTest {

  /** The flow, and every prediction with every schedule that it goes with. */
  static List<NoiseProcess> processes() {
    List<NoiseProcess> processes = new ArrayList<>();
    processes.add(new RectifiedFlow(SigmaSchedule.FLOW_MATCH_EULER, 3));
    for (Prediction prediction : List.of(Prediction.EPSILON, Prediction.V, Prediction.X0)) {
      processes.add(new VariancePreserving(prediction, NoiseSchedule.STABLE_DIFFUSION));
      for (BetaSchedule betas : BetaSchedule.values()) {
        for (boolean zeroSnr : new boolean[] {false, true}) {
          for (TimestepSpacing spacing : TimestepSpacing.values()) {
            NoiseSchedule schedule =
                new NoiseSchedule(1000, 1e-4, 0.02, betas, zeroSnr, spacing, 0);
            if (schedule.refusal(prediction).isEmpty()) {
              processes.add(new VariancePreserving(prediction, schedule));
            }
          }
        }
      }
    }
    return processes;
  }

  @ParameterizedTest
  @MethodSource("processes")
  void aNetworkThatHitsItsTargetKnowsTheCleanSample(NoiseProcess process) {
    double[] times = process.times(10);
    for (int t = 0; t < 10; t++) {
      float[] states = {9, 0.75f, -0.5f};
      float[] targets = new float[3];
      process.noise(times[t], new float[] {1.25f, -0.25f}, states, targets, 1);
      CleanEstimate clean = process.clean(times[t]);
      // the state is float32, and epsilon divides its rounding by the signal
      double tolerance = 2e-7 * Math.max(100, Math.abs(clean.latent()));
      assertThat(clean.of(states, targets, 1, 2))
          .as("x0hat of x_t and the target, step %d", t)
          .containsExactly(new float[] {0.75f, -0.5f}, within((float) tolerance));
      assertThat(states[0]).as("other rows stay").isEqualTo(9);
    }
  }

  @ParameterizedTest
  @MethodSource("processes")
  void aDeterministicStepKeepsDataAndNoiseApart(NoiseProcess process) {
    double[] times = process.times(10);
    for (int t = 0; t < 10; t++) {
      float[] state = {0.75f};
      float[] target = new float[1];
      float[] eps = {1.25f};
      process.noise(times[t], eps, state, target, 0);
      AffineStep step = process.deterministic(times[t], times[t + 1]);
      step.advance(state, target);
      double expected = process.signal(times[t + 1]) * 0.75 + process.noise(times[t + 1]) * 1.25;
      double tolerance = 2e-7 * Math.max(50, Math.abs(step.latent()));
      assertThat(state[0])
          .as("with the true output, x_t of the next time, step %d", t)
          .isCloseTo((float) expected, within((float) tolerance));
    }
  }

  @ParameterizedTest
  @MethodSource("processes")
  void aFractionOfTheWayIsATimeOfTraining(NoiseProcess process) {
    double before = 2;
    for (double fraction : new double[] {0, 0.25, 0.5, 0.75, 1}) {
      double signal = process.signal(process.time(fraction));
      assertThat(signal).as("signal at %.2f of the way", fraction).isLessThan(before);
      before = signal;
    }
    assertThat(process.signal(process.time(0))).as("nearly all at the start").isGreaterThan(0.99);
    assertThat(process.signal(process.time(1))).as("nearly none at the end").isLessThan(0.1);
  }

  @Test
  void everyTrainingStepHoldsAnEqualShareOfTheFractions() {
    NoiseProcess process = new VariancePreserving(Prediction.V, NoiseSchedule.STABLE_DIFFUSION);
    assertThat(process.time(0.0005)).as("first").isZero();
    assertThat(process.time(0.0015)).as("second").isEqualTo(1);
    assertThat(process.time(Math.nextDown(1.0))).as("last").isEqualTo(999);
    assertThat(process.time(1)).as("the end itself").isEqualTo(999);
  }

  @ParameterizedTest
  @MethodSource("processes")
  void aWeightingCountsTheCleanSamplesErrorByTheRatio(NoiseProcess process) {
    for (double fraction : new double[] {0.01, 0.2, 0.5, 0.9}) {
      double time = process.time(fraction);
      double snr = Math.pow(process.signal(time) / process.noise(time), 2);
      double perClean = Math.pow(process.clean(time).output(), 2);
      assertThat(LossWeighting.MIN_SNR.weight(process, time) / perClean)
          .as("weight of the clean sample's squared error at %.2f of the way", fraction)
          .isCloseTo(Math.min(snr, 5), within(1e-12));
      assertThat(LossWeighting.TRUNCATED_SNR.weight(process, time) / perClean)
          .as("the same, truncated from below")
          .isCloseTo(Math.max(snr, 1), withinPercentage(1e-9));
      assertThat(LossWeighting.UNIFORM.weight(process, time)).as("uniform").isEqualTo(1);
    }
  }

  @Test
  void minSnrIsThePublishedWeightOfEpsilonAndV() {
    NoiseProcess epsilon =
        new VariancePreserving(Prediction.EPSILON, NoiseSchedule.STABLE_DIFFUSION);
    NoiseProcess v = new VariancePreserving(Prediction.V, NoiseSchedule.STABLE_DIFFUSION);
    for (double time : new double[] {3, 300, 999}) {
      double snr = Math.pow(v.signal(time) / v.noise(time), 2);
      assertThat(LossWeighting.MIN_SNR.weight(epsilon, time))
          .as("epsilon at %.0f", time)
          .isCloseTo(Math.min(snr, 5) / snr, within(1e-12));
      assertThat(LossWeighting.MIN_SNR.weight(v, time))
          .as("v at %.0f", time)
          .isCloseTo(Math.min(snr, 5) / (snr + 1), within(1e-12));
    }
  }
}
