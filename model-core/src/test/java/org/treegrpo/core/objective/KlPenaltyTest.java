package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KlPenaltyTest {

  @Test
  void valueIsBetaTimesTheGaussianDivergence() {
    assertThat(new KlPenalty(0.04).value(0.5, 0.1))
        .as("0.04 * 0.5 / (2 * 0.01)")
        .isCloseTo(1.0, within(1e-15));
  }

  @Test
  void slopeIsTheDerivativeOfTheValue() {
    KlPenalty penalty = new KlPenalty(0.3);
    assertThat(penalty.slope(0.7))
        .as("difference quotient; the value is linear in the squared difference")
        .isCloseTo(penalty.value(1.5, 0.7) - penalty.value(0.5, 0.7), within(1e-14));
  }

  @Test
  void refusesANegativeWeightAndANoiselessStep() {
    assertThatThrownBy(() -> new KlPenalty(-1))
        .as("beta")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new KlPenalty(1).value(1, 0))
        .as("noise std")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noise std");
  }
}
