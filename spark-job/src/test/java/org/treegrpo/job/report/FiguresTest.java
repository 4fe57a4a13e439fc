package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void numbersHaveThreeDigits() {
    assertThat(Figures.number(0.21)).as("below 1").isEqualTo("0.210");
    assertThat(Figures.number(-12.345)).as("negative").isEqualTo("−12.3");
    assertThat(Figures.number(1234.6)).as("thousands").isEqualTo("1,235");
    assertThat(Figures.number(3e-7)).as("tiny").isEqualTo("3.00e-07");
    assertThat(Figures.number(8)).as("whole").isEqualTo("8");
    assertThat(Figures.number(Double.NaN)).as("not measured").isEqualTo("–");
  }

  @Test
  void ticksHaveNoNeedlessZeros() {
    assertThat(Figures.tick(0.4)).as("0.400").isEqualTo("0.4");
    assertThat(Figures.tick(1.2)).as("1.20").isEqualTo("1.2");
    assertThat(Figures.tick(100)).as("zeros before the point stay").isEqualTo("100");
    assertThat(Figures.tick(0.305)).as("digits stay").isEqualTo("0.305");
  }

  @Test
  void durationsHaveTwoUnits() {
    assertThat(Figures.duration(0.0034)).as("milliseconds").isEqualTo("3.40 ms");
    assertThat(Figures.duration(4.25)).as("seconds").isEqualTo("4.3 s");
    assertThat(Figures.duration(59.7)).as("rounds up to seconds").isEqualTo("60 s");
    assertThat(Figures.duration(125)).as("minutes").isEqualTo("2 min 05 s");
    assertThat(Figures.duration(3 * 3600 + 7 * 60)).as("hours").isEqualTo("3 h 07 min");
  }

  @Test
  void signsAreWritten() {
    assertThat(Figures.signed(1.5)).as("advantage").isEqualTo("+1.50");
    assertThat(Figures.signed(-1.5)).as("advantage").isEqualTo("−1.50");
    assertThat(Figures.term(-0.25)).as("term of a sum").isEqualTo("− 0.250");
    assertThat(Figures.percent(0.789)).as("share").isEqualTo("79%");
  }
}
