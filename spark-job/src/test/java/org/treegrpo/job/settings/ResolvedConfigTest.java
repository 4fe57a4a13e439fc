package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolvedConfigTest {

  @Test
  void loadingTheResolvedTextGivesTheSameSettings() {
    TrainSettings settings =
        Loading.minimal(
            "treegrpo.method=mix-grpo",
            "treegrpo.seed=-9223372036854775808",
            "treegrpo.optimizer.learning-rate=4e-5",
            "treegrpo.rewards=[{name=a, type=t, options{path=p.pt, \"odd key\"=\"a \\\"b\\\"\"}}]");
    assertThat(Loading.parse(settings.resolved().text()))
        .as("every value survives")
        .isEqualTo(settings);
  }

  @Test
  void theTextIsPlainAndSorted() {
    assertThat(Loading.minimal().resolved().text().lines().limit(6))
        .as("HOCON without comments")
        .containsExactly(
            "treegrpo {",
            "    advantage {",
            "        aggregation=normalise-then-sum",
            "        backup=softmax-mean-logp",
            "        backup-beta=0.0",
            "        buffer=16");
  }

  @Test
  void theHashDoesNotDependOnHowAValueIsWritten() {
    String file = Loading.MINIMAL + "\ntreegrpo { update.clip = 0.00010, tree { width = 3.0 } }";
    assertThat(Loading.parse(file).resolved())
        .as("the defaults, written out")
        .isEqualTo(Loading.minimal().resolved());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "treegrpo.rounds=300",
        "treegrpo.run-dir=/moved",
        "treegrpo.cluster.start-timeout=1 hour",
        "treegrpo.pretrain.steps=9"
      })
  void whatTrainingDoesNotDependOnMayChange(String override) {
    assertThat(Loading.minimal(override).resolved().sha256())
        .as(override)
        .isEqualTo(Loading.minimal().resolved().sha256());
    assertThat(Loading.minimal(override).resolved().text())
        .as(override)
        .isNotEqualTo(Loading.minimal().resolved().text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"treegrpo.seed=1", "treegrpo.update.micro-batch=8", "treegrpo.tree.shares=16"})
  void anyOtherKeyChangesTheHash(String override) {
    assertThat(Loading.minimal(override).resolved().sha256())
        .as(override)
        .matches("[0-9a-f]{64}")
        .isNotEqualTo(Loading.minimal().resolved().sha256());
  }

  @Test
  void aSecretIsKeptForExecutorsOnly() {
    ResolvedConfig resolved = withApiKey("hunter2").resolved();
    assertThat(resolved.text()).as("for people").contains("(masked)").doesNotContain("hunter2");
    assertThat(Loading.parse(resolved.withSecrets()).rewards())
        .as("for executors")
        .isEqualTo(withApiKey("hunter2").rewards());
    assertThat(withApiKey("another").resolved().sha256())
        .as("it may change between a run and its resume")
        .isEqualTo(resolved.sha256());
  }

  @Test
  void aMaskedSecretMustBeGivenAgain() {
    String kept = withApiKey("hunter2").resolved().text();
    assertThat(Loading.problemsOf(kept))
        .as("instead of going on with the mask")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.rewards[0].options.api-key");
              assertThat(problem.rule()).contains("must be given again");
            });
  }

  private static TrainSettings withApiKey(String key) {
    return Loading.minimal("treegrpo.rewards=[{name=a, type=t, options{api-key=" + key + "}}]");
  }

  @Test
  void environmentVariablesAreResolved() {
    TrainSettings settings =
        Loading.loader()
            .parse(
                Loading.MINIMAL + "\ntreegrpo.policy.path = ${PATH}\"/policy\"",
                "test.conf",
                List.of(),
                Use.TRAIN);
    assertThat(settings.resolved().text()).as("no substitution is left").doesNotContain("${");
  }
}
