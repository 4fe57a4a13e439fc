package org.treegrpo.job.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.treegrpo.core.random.GaussianStream;

class PairedBootstrapTest {

  private static final double NAN = Double.NaN;

  /** The bootstrap of a mean: its standard error is the deviation of the sample over root n. */
  @Test
  void theIntervalIsThatOfAMeanOfManyPrompts() {
    int prompts = 400;
    double[] noise = new double[prompts];
    float[] drawn = new float[prompts];
    new GaussianStream(11).fill(drawn, 0, prompts);
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < prompts; i++) {
      noise[i] = 0.3 + 2 * drawn[i];
      mean += noise[i] / prompts;
    }
    for (double one : noise) {
      squares += (one - mean) * (one - mean);
    }
    double error = Math.sqrt(squares / prompts / prompts);
    PairedBootstrap interval = PairedBootstrap.of(noise, new double[prompts], 20_000, 3);
    assertThat(interval.mean()).as("mean").isCloseTo(mean, within(1e-12));
    assertThat(interval.low()).as("low").isCloseTo(mean - 1.96 * error, within(0.06 * error));
    assertThat(interval.high()).as("high").isCloseTo(mean + 1.96 * error, within(0.06 * error));
  }

  @Test
  void pairsTakeAwayWhatPromptsHaveInCommon() {
    double[] before = {1, 50, -7, 300};
    double[] after = {1.5, 50.5, -6.5, 300.5};
    assertThat(PairedBootstrap.of(after, before, 1000, 1))
        .as("half a point each, however unlike the prompts")
        .isEqualTo(new PairedBootstrap(0.5, 0.5, 0.5, 4));
  }

  @Test
  void promptsWithoutAScoreAreLeftOutOfBoth() {
    assertThat(PairedBootstrap.of(new double[] {2, NAN, 4}, new double[] {1, 1, NAN}, 1000, 1))
        .isEqualTo(new PairedBootstrap(1, 1, 1, 1));
    assertThat(PairedBootstrap.of(new double[] {NAN}, new double[] {1}, 1000, 1))
        .as("nothing to compare")
        .isEqualTo(new PairedBootstrap(NAN, NAN, NAN, 0));
    assertThatThrownBy(() -> PairedBootstrap.of(new double[2], new double[3], 1000, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theSeedDecidesTheDraws() {
    double[] scores = {1, 2, 3, 5, 8, 13};
    double[] zeros = new double[6];
    PairedBootstrap one = PairedBootstrap.of(scores, zeros, 1000, 1);
    assertThat(PairedBootstrap.of(scores, zeros, 1000, 1)).as("the same").isEqualTo(one);
    assertThat(PairedBootstrap.of(scores, zeros, 1000, 2)).as("another").isNotEqualTo(one);
  }
}
