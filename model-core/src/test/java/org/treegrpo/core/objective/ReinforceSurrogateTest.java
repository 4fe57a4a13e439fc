package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReinforceSurrogateTest {

  @Test
  void lossFallsLinearlyWithTheLogRatio() {
    assertThat(new ReinforceSurrogate().evaluate(0.5, 3))
        .as("-A logRatio and its slope -A, never clipped")
        .isEqualTo(new Surrogate.Term(-1.5, -3, false));
  }
}
