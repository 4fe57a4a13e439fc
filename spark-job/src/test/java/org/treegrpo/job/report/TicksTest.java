package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class TicksTest {
  @Test
  void stepsAreRound() {
    assertThat(Ticks.between(0, 0.83).values()).as("steps of 0.5").containsExactly(0.0, 0.5, 1.0);
    assertThat(Ticks.between(12, 47).values())
        .as("steps of 10")
        .containsExactly(10.0, 20.0, 30.0, 40.0, 50.0);
  }

  @Property(tries = 200)
  void theDataLieWithinAFewTicks(
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double low,
      @ForAll @DoubleRange(min = 0, max = 1e6) double range) {
    Ticks ticks = Ticks.between(low, low + range);

    double slack = 1e-8 * (Math.abs(low) + range + 1);
    assertThat(ticks.min()).as("first tick").isLessThanOrEqualTo(low + slack);
    assertThat(ticks.max()).as("last tick").isGreaterThanOrEqualTo(low + range - slack);
    assertThat(ticks.values()).as("number of ticks").hasSizeBetween(2, 8);
  }
}
