package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.reward.RewardDefinition;

class RewardRulesTest {

  private static String withRewards(String list) {
    return Loading.MINIMAL + "\ntreegrpo.rewards = " + list;
  }

  @Test
  void everyFieldIsRead() {
    TrainSettings settings =
        Loading.parse(
            withRewards(
                """
                [ { name = hps, type = torchscript, weight = 0.8, time-limit-seconds = 2.5,
                    options { path = /hps.pt, size = 224 } }
                  { name = judge, type = ocr, weight = 0 } ]
                """));
    assertThat(settings.rewards())
        .as("rewards in the order of the file")
        .isEqualTo(
            List.of(
                new RewardDefinition(
                    "hps",
                    "torchscript",
                    0.8,
                    Duration.ofMillis(2500),
                    Map.of("path", "/hps.pt", "size", "224")),
                new RewardDefinition("judge", "ocr", 0, Duration.ofMinutes(1), Map.of())));
    assertThat(settings.trainedRewards())
        .as("a weight of 0 is not trained on")
        .extracting(RewardDefinition::name)
        .containsExactly("hps");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [{type = ocr}]                                      | rewards[0].name   | needs a value
          [{name = a}]                                        | rewards[0].type   | needs a value
          [{name = A_1, type = ocr}]                          | rewards[0].name   | must consist of a-z, 0-9 and '-'
          [{name = total, type = ocr}]                        | rewards[0].name   | must not be total, which the audit calls the sum of all
          [{name = a, type = ocr, weight = -1}]               | rewards[0].weight | must be a number >= 0
          [{name = a, type = ocr, time-limit-seconds = 0}]    | rewards[0].time-limit-seconds | must be a number >= 0.001 and <= 86400
          [{name = a, type = ocr, options = x}]               | rewards[0].options | must be a block { .. }
          [{name = a, type = ocr, options { b { c = 1 } }}]   | rewards[0].options.b | must be a plain value
          [{name = a, type = ocr, wieght = 1}]                | rewards[0].wieght | unknown key
          [ocr]                                               | rewards[0]        | must be a block { .. }
          [{name = a, type = ocr}, {name = a, type = ocr}]    | rewards[1].name   | must be unique among the rewards
          [{name = a, type = ocr, weight = 0}]                | rewards           | needs at least one reward with a weight above 0
          []                                                  | rewards           | needs at least one reward with a weight above 0
          """)
  void aBrokenRewardIsReported(String list, String key, String rule) {
    assertThat(Loading.problemsOf(withRewards(list)))
        .as(list)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).as("key").isEqualTo("treegrpo." + key);
              assertThat(problem.rule()).as("rule").isEqualTo(rule);
            });
  }

  @Test
  void theProviderJudgesTypeAndOptions() {
    SettingsLoader loader =
        new SettingsLoader(reward -> List.of("type " + reward.type() + " is refused"));
    List<Problem> problems =
        Loading.problems(() -> loader.parse(Loading.MINIMAL, "test.conf", List.of(), Use.TRAIN));
    assertThat(problems)
        .as("the provider's word")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.rewards[0].type");
              assertThat(problem.value()).isEqualTo("ocr");
              assertThat(problem.rule()).isEqualTo("type ocr is refused");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | tree.trees-per-prompt=1                        |
          1 | tree.trees-per-prompt=2                        | tree.shares
          1 | tree.trees-per-prompt=2, tree.shares=32        |
          1 | tree.trees-per-prompt=2, tree.shares=8         |
          1 | tree.shares=96                                 | tree.shares
          0 | tree.trees-per-prompt=2                        |
          0 | tree.shares=96                                 |
          1 | evaluation.images-per-prompt=1                 | evaluation.images-per-prompt
          0 | evaluation.images-per-prompt=1                 | evaluation.images-per-prompt
          """)
  void aRewardThatScoresGroupsNeedsWholeGroups(double weight, String overrides, String key) {
    List<String> options =
        Stream.of(("evaluation.images-per-prompt=2, " + overrides).split(", "))
            .map(each -> "treegrpo." + each)
            .toList();
    String text =
        withRewards(
            "[{name = ocr, type = ocr}, {name = place, type = rank, weight = %s, options.of = ocr}]"
                .formatted(weight));
    List<Problem> problems =
        Loading.problems(() -> new SettingsLoader().parse(text, "test.conf", options, Use.TRAIN));
    assertThat(problems)
        .as("weight %s, %s", weight, overrides)
        .extracting(Problem::key)
        .isEqualTo(key == null ? List.of() : List.of("treegrpo." + key));
    assertThat(problems)
        .as("which reward needs them")
        .allSatisfy(problem -> assertThat(problem.rule()).contains("with reward 'place'"));
  }

  @Test
  void anUnknownTypeListsTheKnownOnes() {
    List<Problem> problems =
        Loading.problems(
            () ->
                new SettingsLoader()
                    .parse(
                        withRewards("[{name = a, type = no-such-type}]"),
                        "test.conf",
                        List.of(),
                        Use.TRAIN));
    assertThat(problems)
        .as("providers on the class path")
        .singleElement()
        .satisfies(problem -> assertThat(problem.rule()).startsWith("must be one of: "));
  }
}
