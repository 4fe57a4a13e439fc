package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.base.Sha256;

class SettingsIdentityTest {

  /** Of {@code older/config.resolved.conf}, as the version that wrote the file computed it. */
  private static final String OLDER_SHA256 =
      "77ce4911e88fa4433e85700038f66fdc8f97298ee55e0bb62a10e9f744777480";

  private static final String[] OLDER = {"treegrpo.seed=7", "treegrpo.method=mixgrpo"};

  private static SettingsIdentity of(String... overrides) {
    return SettingsIdentity.of(Loading.minimal(overrides).resolved());
  }

  private static SettingsIdentity without(String key) {
    return with(Map.of(key, ""));
  }

  /** The default settings with some digests replaced; an empty one takes the key away. */
  private static SettingsIdentity with(Map<String, String> digests) {
    SortedMap<String, String> all = new TreeMap<>(of().digests());
    all.putAll(digests);
    all.values().remove("");
    return new SettingsIdentity(all);
  }

  private static String older() throws IOException {
    try (InputStream in =
        SettingsIdentityTest.class.getResourceAsStream("/older/config.resolved.conf")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aRunOfAnOlderVersionIsKnownAgain() throws IOException {
    Optional<SettingsIdentity> earlier = SettingsIdentity.ofOlder(older(), OLDER_SHA256);
    assertThat(earlier).as("the text has the hash that the older version gave it").isPresent();
    assertThat(of(OLDER).differences(earlier.orElseThrow()))
        .as("keys that came later have their defaults")
        .isEmpty();
    assertThat(of("treegrpo.seed=8", "treegrpo.method=mixgrpo").differences(earlier.orElseThrow()))
        .as("another seed")
        .containsExactly("seed");
  }

  @Test
  void anAliasAndItsNameOfTodayAreTheSameMethod() {
    SettingsIdentity alias =
        new SettingsIdentity(new TreeMap<>(Map.of("method", Sha256.of("mixgrpo"))));
    assertThat(alias.digests())
        .as("a checkpoint of the version that knew the alias only")
        .containsEntry("method", of("treegrpo.method=mix-grpo").digests().get("method"));
  }

  @Test
  void anEditedFileIsNotTakenForTheOlderRun() throws IOException {
    assertThat(SettingsIdentity.ofOlder(older().replace("seed=7", "seed=8"), OLDER_SHA256))
        .as("edited")
        .isEmpty();
    assertThat(SettingsIdentity.ofOlder("treegrpo {", OLDER_SHA256)).as("cut").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "update.kl, update.kl=0.04",
    "update.surrogate, update.surrogate=reinforce",
    "rewards[0].weight, 'rewards=[{name = spelling, type = ocr, weight = 2}]'"
  })
  void aKeyThatTheEarlierVersionDidNotKnowMustHaveItsDefault(String key, String override) {
    assertThat(of().differences(without(key))).as("the default").isEmpty();
    assertThat(of("treegrpo." + override).differences(without(key)))
        .as("what the earlier version did not do")
        .containsExactly(key);
  }

  @Test
  void aKeyThatOnlyTheEarlierVersionKnewIsADifference() {
    assertThat(of().differences(with(Map.of("update.trust", "0a"))))
        .as("what it did is not known")
        .containsExactly("update.trust");
  }

  @Test
  void anotherRewardIsADifference() {
    SettingsIdentity two =
        of("treegrpo.rewards=[{name=spelling,type=ocr},{name=size,type=jpeg-compressibility}]");
    assertThat(two.differences(of())).as("one more").contains("rewards[1].name");
    assertThat(of().differences(two)).as("one less").contains("rewards[1].name");
    assertThat(
            of("treegrpo.rewards=[{name=spelling,type=ocr,options{device=gpu0}}]")
                .differences(of()))
        .as("an option has no default")
        .containsExactly("rewards[0].options.device");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rounds=300",
        "budget.seconds=60",
        "budget.evaluations=9",
        "budget.images=9",
        "run-dir=/moved",
        "pretrain.steps=9",
        "compare.turn.rounds=9",
        "policy.type=built-in",
        "policy.probe-timeout-seconds=60",
        "checkpoint.every=3",
        "checkpoint.keep=9",
        "evaluation.every=3",
        "audit.every=0",
        "policy.cache-dir=/scratch",
        "policy.device-memory-gib=80",
        "export.every=5",
        "security.torchscript-roots=[/models]",
        "reward-workers.threads=2",
        "reward-workers.max-failed-share=0.5",
        "self-check.tolerance=1e-3",
        "guards.drift.action=stop",
        "report.prompts=2",
        "rewards=[{name=spelling,type=ocr,time-limit-seconds=5}]"
      })
  void whatNeitherWeightsNorEvaluationsDependOnMayChange(String override) {
    assertThat(of("treegrpo." + override).differences(of())).as(override).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "seed=1, seed",
    "update.micro-batch=8, update.micro-batch",
    "tree.shares=16, tree.shares",
    "update.checkpointing=blocks, update.checkpointing",
    "policy.reference=base, policy.reference",
    "policy.decode-batch=4, policy.decode-batch",
    "evaluation.guidance-scale=3, evaluation.guidance-scale",
    "evaluation.steps=5, evaluation.steps",
    "reward-workers.chunk-rows=4, reward-workers.chunk-rows"
  })
  void anyOtherKeyIsADifference(String override, String key) {
    assertThat(of("treegrpo." + override).differences(of())).as(override).containsExactly(key);
  }

  @Test
  void roundsAreADifferenceWhereTheLearningRateFallsOverThem() {
    String decay = "treegrpo.optimizer.decay=linear";
    assertThat(of(decay, "treegrpo.rounds=300").differences(of(decay)))
        .as("every step had another learning rate")
        .containsExactly("rounds");
  }

  @Test
  void secretsOfRewardsAreNotKept() {
    assertThat(of("treegrpo.rewards=[{name=a,type=t,options{token=hunter2}}]").toString())
        .as("digests only")
        .contains("rewards[0].options.token")
        .doesNotContain("hunter2");
  }
}
