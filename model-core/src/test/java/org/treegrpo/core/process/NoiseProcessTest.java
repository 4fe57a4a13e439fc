package org.treegrpo.core.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseProcessTest {

  private static NoiseProcess process(Prediction prediction) {
    return switch (prediction.family()) {
      case FLOW -> new RectifiedFlow(SigmaSchedule.FLOW_MATCH_EULER, 3);
      case DIFFUSION -> new VariancePreserving(prediction);
    };
  }

  @ParameterizedTest
  @EnumSource(Prediction.class)
  void aNetworkThatHitsItsTargetKnowsTheCleanSample(Prediction prediction) {
    NoiseProcess process = process(prediction);
    double[] times = process.times(10);
    for (int t = 0; t < 10; t++) {
      float[] states = {9, 0.75f, -0.5f};
      float[] targets = new float[3];
      process.noise(times[t], new float[] {1.25f, -0.25f}, states, targets, 1);
      CleanEstimate clean = process.clean(times[t]);
      assertThat(clean.of(states, targets, 1, 2))
          .as("x0hat of x_t and the target, step %d", t)
          .containsExactly(new float[] {0.75f, -0.5f}, within(2e-5f));
      assertThat(states[0]).as("other rows stay").isEqualTo(9);
    }
  }

  @ParameterizedTest
  @EnumSource(Prediction.class)
  void aDeterministicStepKeepsDataAndNoiseApart(Prediction prediction) {
    NoiseProcess process = process(prediction);
    double[] times = process.times(10);
    float[] state = {0.75f};
    float[] target = new float[1];
    float[] eps = {1.25f};
    process.noise(times[3], eps, state, target, 0);
    process.deterministic(times[3], times[4]).advance(state, target);
    double expected = process.signal(times[4]) * 0.75 + process.noise(times[4]) * 1.25;
    assertThat(state[0])
        .as("with the true output, x_t of the next time")
        .isCloseTo((float) expected, within(1e-5f));
  }
}
