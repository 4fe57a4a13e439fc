package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KlPenaltyTest {

  @Test
  void theSlopeIsBetaOverTwiceTheVariance() {
    assertThat(new KlPenalty(0.04).slope(0.1))
        .as("0.04 / (2 * 0.01)")
        .isCloseTo(2.0, within(1e-15));
  }

  @Test
  void refusesANegativeWeightAndANoiselessStep() {
    assertThatThrownBy(() -> new KlPenalty(-1))
        .as("beta")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new KlPenalty(1).slope(0))
        .as("noise std")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noise std");
  }
}
