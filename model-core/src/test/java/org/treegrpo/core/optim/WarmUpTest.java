package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  @Test
  void risesLinearlyToTheBaseAndStaysThere() {
    WarmUp warmUp = new WarmUp(4);
    double[] rates =
        LongStream.rangeClosed(1, 6).mapToDouble(step -> warmUp.learningRate(1e-5, step)).toArray();
    assertThat(rates)
        .as("rates of steps 1 to 6")
        .containsExactly(new double[] {2.5e-6, 5e-6, 7.5e-6, 1e-5, 1e-5, 1e-5}, within(1e-20));
  }

  @Test
  void noWarmUpIsTheBaseFromTheFirstStep() {
    assertThat(new WarmUp(0).learningRate(1e-5, 1)).as("first rate").isEqualTo(1e-5);
  }

  @Test
  void refusesStepsBeforeTheFirst() {
    assertThatThrownBy(() -> new WarmUp(4).learningRate(1, 0))
        .as("step 0")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("counted from 1");
    assertThatThrownBy(() -> new WarmUp(-1))
        .as("negative warm-up")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
