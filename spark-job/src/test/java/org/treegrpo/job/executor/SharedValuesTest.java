package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.RewardException;

class SharedValuesTest {

  private final List<String> closed = new ArrayList<>();
  private final SharedValues<Integer, String> values = new SharedValues<>(closed::add);

  @Test
  void aValueIsMadeForTheFirstAndClosedWithTheLast() throws RewardException {
    assertThat(values.take(1, () -> "one")).isEqualTo("one");
    assertThat(values.take(1, () -> "another")).as("the same").isEqualTo("one");
    assertThat(values.take(2, () -> "two")).as("of another key").isEqualTo("two");
    values.giveBack(1);
    assertThat(closed).isEmpty();
    values.giveBack(1);
    assertThat(closed).containsExactly("one");
    assertThat(values.take(1, () -> "new")).as("made again").isEqualTo("new");
    values.giveBack(2);
    assertThat(closed).containsExactly("one", "two");
  }

  @Test
  void whatCannotBeMadeIsNotKept() throws RewardException {
    assertThatThrownBy(
            () ->
                values.take(
                    1,
                    () -> {
                      throw new RewardException("no model");
                    }))
        .hasMessage("no model");
    assertThat(values.take(1, () -> "one")).isEqualTo("one");
    values.giveBack(1);
    assertThatThrownBy(() -> values.giveBack(1)).hasMessageContaining("more often than taken");
  }
}
