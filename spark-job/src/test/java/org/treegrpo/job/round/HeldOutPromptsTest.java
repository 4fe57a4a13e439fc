package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.job.settings.EvaluationSettings;
import org.treegrpo.job.settings.EvaluationSettings.From;

class HeldOutPromptsTest {

  private static final List<Prompt> ALL =
      IntStream.range(0, 20).mapToObj(i -> new Prompt("p%02d".formatted(i), "word")).toList();

  private static List<String> ids(int prompts, int vault, From from, String draw)
      throws IOException {
    EvaluationSettings settings =
        new EvaluationSettings(10, prompts, vault, from, draw, 1, 10, 0, 0, 0);
    return HeldOutPrompts.of(ALL, settings).stream().map(Prompt::id).toList();
  }

  private static List<String> drawn(int prompts, String draw) throws IOException {
    return ids(prompts, 0, From.HELD_OUT, draw);
  }

  @Test
  void theFirstAreTakenUnlessTheyAreDrawn() throws IOException {
    assertThat(drawn(0, "")).as("all").hasSize(20);
    assertThat(drawn(2, "")).containsExactly("p00", "p01");
    assertThat(drawn(25, "x")).as("no more than there are").hasSize(20);
  }

  @Test
  void theVaultIsSeenByNobodyElse() throws IOException {
    assertThat(ids(0, 3, From.HELD_OUT, "")).hasSize(17).doesNotContain("p17", "p18", "p19");
    assertThat(ids(0, 3, From.VAULT, "")).containsExactly("p17", "p18", "p19");
    for (int night = 0; night < 50; night++) {
      assertThat(ids(16, 3, From.HELD_OUT, "" + night))
          .as("drawn by %d", night)
          .isSorted()
          .hasSize(16)
          .doesNotContain("p17", "p18", "p19");
    }
  }

  @Test
  void nightsDrawEvenly() throws IOException {
    assertThat(drawn(5, "2026-01-01"))
        .as("the same night, the same prompts")
        .isEqualTo(drawn(5, "2026-01-01"))
        .as("another night")
        .isNotEqualTo(drawn(5, "2026-01-02"));
    Map<String, Integer> uses = new HashMap<>();
    for (int night = 0; night < 400; night++) {
      drawn(5, "night-" + night).forEach(id -> uses.merge(id, 1, Integer::sum));
    }
    assertThat(uses.values())
        .as("each in a quarter of 400 nights, give or take five standard deviations of 8.7")
        .hasSize(20)
        .allSatisfy(count -> assertThat(count).isBetween(57, 143));
  }

  @Test
  void aVaultThatIsAllOrNothingIsRefused() {
    assertThatThrownBy(() -> ids(0, 20, From.HELD_OUT, ""))
        .hasMessage(
            "treegrpo.evaluation.vault: 20 must be fewer than the held-out prompts, which are 20");
    assertThatThrownBy(() -> ids(0, 0, From.VAULT, ""))
        .hasMessageContaining("needs treegrpo.evaluation.vault");
  }
}
