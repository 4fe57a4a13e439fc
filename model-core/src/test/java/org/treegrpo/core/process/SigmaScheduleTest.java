package org.treegrpo.core.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.Golden;

class SigmaScheduleTest {

  @Test
  void flowMatchEulerShiftsTheLowestSigmaTwice() {
    assertThat(SigmaSchedule.FLOW_MATCH_EULER.sigmas(10, SigmaSchedule.DEFAULT_SHIFT))
        .as("golden diffusers_shift3_10")
        .containsExactly(Golden.doubles("/sigmas/diffusers_shift3_10"), within(1e-15));
  }

  @Test
  void linspaceShiftEndsWithoutALowestSigma() {
    assertThat(SigmaSchedule.LINSPACE_SHIFT.sigmas(16, 3))
        .as("golden linspace_shift3_16")
        .containsExactly(Golden.doubles("/sigmas/linspace_shift3_16"), within(1e-15));
  }

  @Property(tries = 200)
  void everyScheduleFallsFromOneToZero(
      @ForAll SigmaSchedule schedule,
      @ForAll @IntRange(min = 1, max = 300) int steps,
      @ForAll @DoubleRange(min = 0.5, max = 12) double shift) {
    double[] sigmas = schedule.sigmas(steps, shift);
    assertThat(sigmas).hasSize(steps + 1);
    assertThat(sigmas[0]).as("pure noise").isEqualTo(1);
    assertThat(sigmas[steps]).as("the image").isZero();
    for (int t = 0; t < steps; t++) {
      assertThat(sigmas[t + 1]).as("sigma falls after step %d", t).isLessThan(sigmas[t]);
    }
  }
}
