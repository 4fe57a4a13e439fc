package org.treegrpo.core.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.core.Golden;

class NoiseScheduleTest {

  private static NoiseSchedule betas(BetaSchedule betas, boolean zeroSnr) {
    return new NoiseSchedule(1000, 1e-4, 0.02, betas, zeroSnr, TimestepSpacing.LEADING, 0);
  }

  private static NoiseSchedule spaced(TimestepSpacing spacing, int offset) {
    return new NoiseSchedule(1000, 1e-4, 0.02, BetaSchedule.LINEAR, false, spacing, offset);
  }

  /** The product of the first i + 1 values 1 - beta, by logarithms. */
  private static double product(int i, IntToDoubleFunction beta) {
    double sum = 0;
    for (int j = 0; j <= i; j++) {
      sum += Math.log1p(-beta.applyAsDouble(j));
    }
    return Math.exp(sum);
  }

  @Test
  void stableDiffusionsTableIsTheGoldenOne() {
    double[] table = NoiseSchedule.STABLE_DIFFUSION.cumulativeAlphas();
    Golden.at("/ddim_eps_eta1_50steps")
        .forEach(
            row ->
                assertThat(table[row.get("t").asInt()])
                    .as("abar at %s; the golden table is float32", row.get("t"))
                    .isCloseTo(row.get("alpha_t").asDouble(), within(1e-7)));
  }

  @Test
  void linearAndScaledLinearBetasMultiplyUp() {
    double[] linear = betas(BetaSchedule.LINEAR, false).cumulativeAlphas();
    double[] scaled = betas(BetaSchedule.SCALED_LINEAR, false).cumulativeAlphas();
    for (int i : new int[] {0, 1, 499, 999}) {
      double at = i / 999.0;
      assertThat(linear[i])
          .as("linear abar at %d", i)
          .isCloseTo(product(i, j -> 1e-4 + j / 999.0 * (0.02 - 1e-4)), within(1e-13));
      double first = 0.01;
      double last = Math.sqrt(0.02);
      assertThat(scaled[i])
          .as("scaled-linear abar at %d (%.2f of the way)", i, at)
          .isCloseTo(
              product(i, j -> Math.pow(first + j / 999.0 * (last - first), 2)), within(1e-13));
    }
    assertThat(linear[999]).as("DDPM's terminal abar").isCloseTo(4.0358e-5, within(1e-8));
  }

  @Test
  void theCosineIsASquaredCosineUpToItsCap() {
    double[] table = betas(BetaSchedule.SQUAREDCOS_CAP_V2, false).cumulativeAlphas();
    double begin = Math.pow(Math.cos(0.008 / 1.008 * Math.PI / 2), 2);
    for (int i : new int[] {0, 250, 500, 900, 998}) {
      double cosine = Math.pow(Math.cos(((i + 1) / 1000.0 + 0.008) / 1.008 * Math.PI / 2), 2);
      assertThat(table[i]).as("abar at %d", i).isCloseTo(cosine / begin, within(1e-12));
    }
    assertThat(table[999] / table[998])
        .as("the last beta is capped at 0.999")
        .isCloseTo(0.001, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource(BetaSchedule.class)
  void zeroTerminalSnrKeepsTheFirstStepAndEmptiesTheLast(BetaSchedule betas) {
    double[] plain = betas(betas, false).cumulativeAlphas();
    double[] rescaled = betas(betas, true).cumulativeAlphas();
    assertThat(rescaled[999]).as("no signal at the last training step").isZero();
    assertThat(rescaled[0]).as("the first stays").isCloseTo(plain[0], within(1e-15));
    double first = Math.sqrt(plain[0]);
    double last = Math.sqrt(plain[999]);
    for (int i = 0; i < 1000; i++) {
      assertThat(Math.sqrt(rescaled[i]))
          .as("sqrt(abar) at %d, shifted and scaled", i)
          .isCloseTo((Math.sqrt(plain[i]) - last) * first / (first - last), within(1e-14));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what diffusers' DDIMScheduler visits
        "LEADING  | 1 | 10 | 901 801 701 601 501 401 301 201 101 1",
        "LEADING  | 0 | 10 | 900 800 700 600 500 400 300 200 100 0",
        "LEADING  | 1 | 7  | 853 711 569 427 285 143 1",
        "TRAILING | 0 | 10 | 999 899 799 699 599 499 399 299 199 99",
        "TRAILING | 5 | 7  | 999 856 713 570 428 285 142",
        "LINSPACE | 0 | 10 | 999 888 777 666 555 444 333 222 111 0",
        "LINSPACE | 5 | 7  | 999 832 666 500 333 166 0",
        "LINSPACE | 0 | 2  | 999 0",
        "TRAILING | 0 | 1  | 999",
      })
  void aRolloutVisitsWhatDiffusersVisits(
      TimestepSpacing spacing, int offset, int steps, String expected) {
    double[] times = spaced(spacing, offset).times(steps);
    assertThat(times).as("T + 1 times").hasSize(steps + 1);
    assertThat(times[steps]).as("clamped at the first training step").isZero();
    String[] starts = expected.split(" ", -1);
    for (int t = 0; t < steps; t++) {
      assertThat(times[t]).as("start of step %d", t).isEqualTo(Double.parseDouble(starts[t]));
    }
  }

  @Test
  void aRolloutThatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> spaced(TimestepSpacing.TRAILING, 0).times(1000))
        .as("as many steps as training had")
        .hasMessageContaining("steps: a diffusion policy has 1000 training steps")
        .hasMessageContaining("at most 999");
    assertThatThrownBy(() -> spaced(TimestepSpacing.LINSPACE, 0).times(1))
        .as("from the last to the first in one step")
        .hasMessageContaining("at least 2");
    assertThatThrownBy(() -> spaced(TimestepSpacing.LEADING, 101).times(10))
        .as("times past the table")
        .hasMessageContaining("start at time 1001, beyond the last training step 999");
  }

  @Test
  void whatAScheduleCannotDoIsSaid() {
    NoiseSchedule zero = betas(BetaSchedule.LINEAR, true);
    assertThat(zero.refusal(Prediction.EPSILON))
        .as("x0hat is undefined where there is no signal")
        .hasValueSatisfying(why -> assertThat(why).contains("use prediction v or x0"));
    assertThatThrownBy(() -> new VariancePreserving(Prediction.EPSILON, zero))
        .as("the process itself refuses it too")
        .hasMessageContaining("use prediction v or x0");
    assertThat(zero.refusal(Prediction.V)).as("v of zero SNR").isEmpty();
    assertThat(zero.refusal(Prediction.X0)).as("x0 of zero SNR").isEmpty();
    NoiseSchedule drowned =
        new NoiseSchedule(
            100_000, 0.5, 0.5, BetaSchedule.LINEAR, false, TimestepSpacing.LEADING, 0);
    assertThat(drowned.refusal(Prediction.V))
        .as("abar underflows")
        .hasValueSatisfying(why -> assertThat(why).contains("lower beta_end"));
  }
}
