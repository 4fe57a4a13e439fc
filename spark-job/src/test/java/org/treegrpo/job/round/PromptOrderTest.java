package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptOrderTest {

  @Test
  void anEpochVisitsPromptsWithoutRepeatingOne() {
    PromptOrder order = new PromptOrder(3, 10, 3);
    List<Integer> epoch = new ArrayList<>();
    for (int round = 1; round <= 3; round++) {
      epoch.addAll(order.of(round));
    }
    assertThat(epoch).hasSize(9).doesNotHaveDuplicates().allMatch(i -> i >= 0 && i < 10);
  }

  @Test
  void epochsAndSeedsDiffer() {
    PromptOrder order = new PromptOrder(3, 100, 50);
    assertThat(order.of(1)).isNotEqualTo(order.of(3));
    assertThat(order.of(1)).isNotEqualTo(new PromptOrder(4, 100, 50).of(1));
    assertThat(order.of(1)).isEqualTo(new PromptOrder(3, 100, 50).of(1));
  }

  @Test
  void everyPromptHasItsTurn() {
    PromptOrder order = new PromptOrder(3, 10, 3);
    HashSet<Integer> seen = new HashSet<>();
    for (int round = 1; round <= 60; round++) {
      seen.addAll(order.of(round));
    }
    assertThat(seen).as("the remainder of an epoch changes").hasSize(10);
  }

  @Test
  void moreThanThereAreIsRefused() {
    assertThatThrownBy(() -> new PromptOrder(1, 5, 6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("treegrpo.tree.prompts-per-round")
        .hasMessageContaining("6")
        .hasMessageContaining("5");
  }
}
