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
        .containsExactly("jpeg-compressibility", "jpeg-incompressibility", "ocr", "torchscript");
    for (String type : RewardProviders.types()) {
      assertThat(RewardProviders.find(type).orElseThrow().type()).as("find").isEqualTo(type);
    }
    assertThat(RewardProviders.find("hps")).as("an unknown type").isEmpty();
  }

  @Test
  void acceptsAGoodConfiguration() {
    assertThat(
            RewardProviders.problems(
                List.of(
                    definition("spelling", "ocr", 1, Map.of("model", "v3")),
                    definition("size", "jpeg-compressibility", 0, Map.of()))))
        .as("problems of a good configuration")
        .isEmpty();
  }

  @Test
  void reportsEveryProblemAtOnce() {
    List<String> problems =
        RewardProviders.problems(
            List.of(
                definition("a b", "ocr", 0, Map.of("model", "v9", "modle", "v4")),
                definition("size", "jpeg", -1, Map.of()),
                new RewardDefinition("size", "ocr", 0, Duration.ZERO, Map.of()),
                definition(
                    "model", "torchscript", 0, Map.of("path", "/no/such", "device", "tpu"))));
    assertThat(problems).as("one message a problem").hasSize(10);
    assertThat(String.join("\n", problems))
        .as("each names key, value and rule")
        .contains(
            "reward 'a b': a name has letters",
            "option 'modle' = 'v4' is unknown to type 'ocr'; it knows [measure, model]",
            "option 'model' = 'v9' must be one of [v4, v3]",
            "type 'jpeg' is unknown; known types are [jpeg-compressibility,",
            "reward 'size': weight = -1.0 must be a finite number",
            "reward 'size': the name is used twice",
            "reward 'size': time limit = PT0S must be positive",
            "option 'path' = '/no/such' must be the file",
            "option 'device' = 'tpu' must be",
            "at least one reward needs a weight above 0");
  }

  @Test
  void refusesToCreateAnUnknownType() {
    assertThatThrownBy(() -> RewardProviders.create(definition("x", "hps", 1, Map.of())))
        .as("creating an unknown type")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("type 'hps' is unknown");
  }

  private static RewardDefinition definition(
      String name, String type, double weight, Map<String, String> options) {
    return new RewardDefinition(name, type, weight, Duration.ofSeconds(10), options);
  }
}
