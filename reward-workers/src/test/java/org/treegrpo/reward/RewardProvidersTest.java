package org.treegrpo.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RewardProvidersTest {

  @Test
  void findsTheBundledTypes() {
    assertThat(RewardProviders.types())
        .as("types found by ServiceLoader")
        .containsExactly(
            "jpeg-compressibility", "jpeg-incompressibility", "ocr", "rank", "torchscript");
    for (String type : RewardProviders.types()) {
      assertThat(RewardProviders.find(type).orElseThrow().type()).as("find").isEqualTo(type);
    }
    assertThat(RewardProviders.find("hps")).as("an unknown type").isEmpty();
  }

  @Test
  void acceptsGoodOptions() {
    assertThat(problems(definition("spelling", "ocr", 1, Map.of("model", "v3")))).isEmpty();
    assertThat(problems(definition("size", "jpeg-compressibility", 0, Map.of()))).isEmpty();
  }

  @Test
  void reportsEveryProblemOfTheOptionsAtOnce() {
    assertThat(problems(definition("a", "ocr", 0, Map.of("model", "v9", "modle", "v4"))))
        .as("each names key, value and rule")
        .containsExactly(
            "reward 'a': option 'modle' is unknown to type 'ocr'; it knows [measure, model]",
            "reward 'a': option 'model' = 'v9' must be one of [v4, v3]");
    assertThat(
            problems(
                definition("b", "torchscript", 0, Map.of("path", "/no/such", "device", "tpu"))))
        .as("a missing file and an unknown device")
        .hasSize(2)
        .anyMatch(problem -> problem.contains("option 'path' = '/no/such' must be the file"))
        .anyMatch(problem -> problem.contains("option 'device' = 'tpu' must be"));
  }

  @Test
  void refusesToCreateAnUnknownType() {
    assertThatThrownBy(() -> RewardProviders.create(definition("x", "hps", 1, Map.of())))
        .as("creating an unknown type")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("type 'hps' is unknown");
  }

  private static List<String> problems(RewardDefinition definition) {
    return RewardProviders.find(definition.type()).orElseThrow().problems(definition);
  }

  private static RewardDefinition definition(
      String name, String type, double weight, Map<String, String> options) {
    return new RewardDefinition(name, type, weight, Duration.ofSeconds(10), options);
  }
}
