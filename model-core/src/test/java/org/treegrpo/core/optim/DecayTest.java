package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DecayTest {

  private static final Offset<Double> EXACT = Offset.offset(1e-15);

  @Test
  void startsAtTheFullRate() {
    for (Decay decay : Decay.values()) {
      assertThat(decay.factor(1, 40)).as(decay.name()).isEqualTo(1);
    }
  }

  @Test
  void fallsAsItsNameSays() {
    assertThat(Decay.CONSTANT.factor(40, 40)).isEqualTo(1);
    assertThat(Decay.LINEAR.factor(21, 40)).isCloseTo(0.5, EXACT);
    assertThat(Decay.LINEAR.factor(40, 40)).isCloseTo(1.0 / 40, EXACT);
    assertThat(Decay.COSINE.factor(21, 40)).isCloseTo(0.5, EXACT);
    assertThat(Decay.COSINE.factor(11, 40)).isCloseTo((1 + StrictMath.sqrt(0.5)) / 2, EXACT);
  }

  @Test
  void aStepOutsideTheRunIsRefused() {
    assertThatThrownBy(() -> Decay.LINEAR.factor(41, 40)).hasMessageContaining("41");
    assertThatThrownBy(() -> Decay.LINEAR.factor(0, 40)).hasMessageContaining("0");
  }
}
