package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EmaTest {

  @Test
  void approachesConstantWeightsGeometrically() {
    float[] average = {0, 4};
    float[] weights = {1, -2};
    for (int step = 0; step < 10; step++) {
      new Ema(0.9).update(average, weights);
    }
    double left = Math.pow(0.9, 10);
    assertThat(average)
        .as("w + 0.9^10 (a0 - w)")
        .containsExactly(new float[] {(float) (1 - left), (float) (-2 + 6 * left)}, within(1e-6f));
    assertThat(weights).as("weights are only read").containsExactly(1, -2);
  }

  @Test
  void anAverageEqualToTheWeightsStays() {
    float[] average = {0.1f, -3.3e-7f};
    new Ema(0.9999).update(average, average.clone());
    assertThat(average).as("fixed point, to the bit").containsExactly(0.1f, -3.3e-7f);
  }

  @Test
  void refusesADecayOfOneAndUnequalLengths() {
    assertThatThrownBy(() -> new Ema(1))
        .as("decay 1 never learns")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ema decay");
    assertThatThrownBy(() -> new Ema(0.5).update(new float[2], new float[3]))
        .as("lengths")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must agree");
  }
}
