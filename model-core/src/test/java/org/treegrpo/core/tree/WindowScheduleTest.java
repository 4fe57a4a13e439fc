package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.Golden;
import org.treegrpo.core.tree.WindowSchedule.RandomWindow;

class WindowScheduleTest {

  @ParameterizedTest
  @CsvSource({"0.5, 10, 3", "0.3, 10, 4"})
  void randomStartsFollowTheTruncatedGeometric(double ratio, int steps, int width) {
    double[] golden = Golden.doubles("/trunc_geom/r%s_T%d_w%d".formatted(ratio, steps, width));
    assertThat(RandomWindow.probabilities(steps, width, ratio))
        .as("probabilities")
        .containsExactly(golden, within(1e-15));

    int rounds = 100_000;
    int[] counts = new int[golden.length];
    WindowSchedule schedule = WindowSchedule.random(11, steps, width, ratio);
    for (int round = 1; round <= rounds; round++) {
      counts[schedule.start(round)]++;
    }
    for (int i = 0; i < golden.length; i++) {
      double error = Math.sqrt(golden[i] * (1 - golden[i]) / rounds);
      assertThat((double) counts[i] / rounds)
          .as("frequency of start %d", i)
          .isCloseTo(golden[i], within(5 * error));
    }
  }

  @Test
  void ratioOneIsUniform() {
    assertThat(RandomWindow.probabilities(10, 3, 1))
        .containsOnly(new double[] {1 / 7.0}, within(1e-15));
  }

  @Test
  void randomStartsDependOnSeedAndRoundOnly() {
    assertThat(starts(WindowSchedule.random(3, 10, 3, 0.5), 50))
        .as("same seed")
        .isEqualTo(starts(WindowSchedule.random(3, 10, 3, 0.5), 50))
        .as("another seed")
        .isNotEqualTo(starts(WindowSchedule.random(4, 10, 3, 0.5), 50));
  }

  @Test
  void shiftingMovesEveryPeriodAndWraps() {
    assertThat(starts(WindowSchedule.shifting(10, 4, 1, 2), 16))
        .as("stride 1")
        .containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 0, 0, 1, 1);
    assertThat(starts(WindowSchedule.shifting(10, 4, 2, 1), 9))
        .as("an overshoot is clamped once")
        .containsExactly(0, 2, 4, 5, 0, 2, 4, 5, 0);
    assertThat(starts(WindowSchedule.shifting(5, 4, 1, 1), 3))
        .as("only one start is possible")
        .containsExactly(0, 0, 0);
  }

  @Property(tries = 300)
  void noStrategyEverReachesTheLastStep(
      @ForAll @IntRange(min = 2, max = 40) int steps,
      @ForAll @IntRange(min = 1, max = 39) int width,
      @ForAll @IntRange(min = 1, max = 12) int stride,
      @ForAll @IntRange(min = 1, max = 5000) int round) {
    if (width >= steps) {
      assertThatThrownBy(() -> WindowSchedule.shifting(steps, width, stride, 1))
          .as("the window has no room")
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("fixed");
      assertThatThrownBy(() -> WindowSchedule.random(1, steps, width, 0.5))
          .isInstanceOf(IllegalArgumentException.class);
      return;
    }
    assertThat(WindowSchedule.shifting(steps, width, stride, 3).start(round))
        .as("shifting")
        .isBetween(0, steps - width - 1);
    assertThat(WindowSchedule.random(1, steps, width, 0.9).start(round))
        .as("random")
        .isBetween(0, steps - width - 1);
  }

  @Test
  void aFixedWindowMayReachTheEnd() {
    assertThat(starts(WindowSchedule.fixed(10, 4, 6), 3)).containsExactly(6, 6, 6);
    assertThatThrownBy(() -> WindowSchedule.fixed(10, 4, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("start 7 with width 4");
    assertThatThrownBy(() -> WindowSchedule.fixed(10, 4, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> WindowSchedule.random(1, 10, 3, 0)).hasMessageContaining("ratio");
    assertThatThrownBy(() -> WindowSchedule.random(1, 10, 3, 1.01)).hasMessageContaining("ratio");
    assertThatThrownBy(() -> WindowSchedule.shifting(10, 3, 0, 1)).hasMessageContaining("stride");
    assertThatThrownBy(() -> WindowSchedule.shifting(10, 3, 1, 0)).hasMessageContaining("period");
  }

  private static int[] starts(WindowSchedule schedule, int rounds) {
    return IntStream.rangeClosed(1, rounds).map(schedule::start).toArray();
  }
}
