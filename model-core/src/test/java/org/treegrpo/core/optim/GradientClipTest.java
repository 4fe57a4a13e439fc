package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GradientClipTest {

  @Test
  void scalesBothSignsAndReturnsTheNormBefore() {
    float[] gradient = {3, -4};
    assertThat(GradientClip.clip(gradient, 1)).as("norm before").isEqualTo(5);
    assertThat(gradient).as("scaled by 1/5").containsExactly(0.6f, -0.8f);
  }

  @Test
  void leavesAShortGradientAlone() {
    float[] gradient = {0.3f, -0.4f};
    assertThat(GradientClip.clip(gradient, 1)).as("norm").isCloseTo(0.5, within(1e-7));
    assertThat(gradient).as("unchanged").containsExactly(0.3f, -0.4f);
  }

  @Test
  void infinityOnlyMeasures() {
    float[] gradient = {3e30f, -4e30f};
    assertThat(GradientClip.clip(gradient, Double.POSITIVE_INFINITY))
        .as("squares beyond float range")
        .isCloseTo(5e30, within(1e24));
    assertThat(gradient).as("unchanged").containsExactly(3e30f, -4e30f);
  }

  @Test
  void accumulatesInDouble() {
    float[] gradient = new float[1 << 20];
    Arrays.fill(gradient, 1e-4f);
    assertThat(GradientClip.clip(gradient, 1))
        .as("sqrt(2^20) 1e-4; a float sum is off in the third digit")
        .isCloseTo(0.1024, within(1e-8));
  }

  @Test
  void refusesAGradientThatIsNotFinite() {
    assertThatThrownBy(() -> GradientClip.clip(new float[] {1, Float.NaN, 2}, 1))
        .as("NaN at 1")
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("element 1");
    assertThatThrownBy(() -> GradientClip.clip(new float[] {Float.NEGATIVE_INFINITY}, 1))
        .as("infinity at 0")
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("element 0");
  }

  @Test
  void refusesAMaximumThatIsNotPositive() {
    assertThatThrownBy(() -> GradientClip.clip(new float[1], 0))
        .as("maximum 0")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positive");
  }
}
