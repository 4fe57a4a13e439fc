package org.treegrpo.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RewardCombinationTest {

  @Test
  void normalisesTheWeights() {
    RewardCombination combination = RewardCombination.of(definitions(3, 0, 1));
    assertThat(combination.weights()).as("weights sum to 1").containsExactly(0.75, 0, 0.25);
    assertThat(combination.total(new float[] {2, 100, -4}))
        .as(".75 * 2 - .25 * 4")
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void failsWithAWeightedRewardOnly() {
    RewardCombination combination = RewardCombination.of(definitions(3, 0, 1));
    assertThat(combination.total(new float[] {2, Float.NaN, 2}))
        .as("a reward of weight 0 failed")
        .isEqualTo(2.0);
    assertThat(combination.total(new float[] {2, 2, Float.NaN}))
        .as("a weighted reward failed")
        .isNaN();
  }

  @Test
  void refusesWeightsThatGiveNoTotal() {
    for (double[] weights : new double[][] {{0, 0}, {}, {1, -1}, {1, Double.NaN}}) {
      assertThatThrownBy(() -> RewardCombination.of(definitions(weights)))
          .as("weights %s", Arrays.toString(weights))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weight");
    }
  }

  private static List<RewardDefinition> definitions(double... weights) {
    return Arrays.stream(weights)
        .mapToObj(
            weight -> new RewardDefinition("r", "ocr", weight, Duration.ofSeconds(1), Map.of()))
        .toList();
  }
}
