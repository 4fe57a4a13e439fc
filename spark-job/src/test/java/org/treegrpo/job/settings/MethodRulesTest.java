package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings of methods that do not go together: one problem each, with key, value and rule. */
class MethodRulesTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tree.splits=[3,0] tree.width=4                          | tree.splits | must rise, and each must be below treegrpo.tree.width = 4
          tree.splits=[0,4] tree.width=4                          | tree.splits | must rise, and each must be below treegrpo.tree.width = 4
          tree.splits=[1,1] tree.width=4                          | tree.splits | must rise, and each must be below treegrpo.tree.width = 4
          tree.splits=[a]                                         | tree.splits | must be a list [ .. ] of whole numbers from 0 to 1000
          tree.splits=2                                           | tree.splits | must be a list [ .. ] of whole numbers from 0 to 1000
          tree.width=0                                            | tree.width | must be at least 1 for learner edges, which learns from stochastic steps
          update.surrogate=grpo-guard sampler.transition=cps      | update.surrogate | must not be grpo-guard with transition cps, whose log-probability leaves out the noise of its step
          update.surrogate=flow-dppo sampler.transition=cps       | update.surrogate | must not be flow-dppo with transition cps, whose log-probability leaves out the noise of its step
          update.steps-per-round=5                                | update.steps-per-round | must divide the 32 prompts of a round evenly
          update.steps-per-round=3 tree.shares=4                  | update.steps-per-round | must divide the 4 shares of a round evenly
          update.pruning.depths=3                                 | update.pruning.depths | must be below the 3 trained depths of a tree, or nothing is trained
          advantage.depth-z-score=true tree.width=1               | advantage.depth-z-score | must be false where a tree has one depth (treegrpo.tree.width = 1): the leaves are normalised already
          sampler.tail=dpm-solver-2m tree.window.strategy=fixed tree.window.start=7 | sampler.tail | needs steps after the window, which ends with the last of 10
          sampler.tail-ratio=0                                    | sampler.tail-ratio | must be a number > 0 and <= 1
          update.learner=awm                                      | policy.guidance.scale | must be 1 with learner awm, which learns the network's own output
          update.learner=diffusion-nft policy.guidance.scale=1 update.kl=0.1 | update.kl | must be 0 with learner diffusion-nft, which has no step to compare
          update.learner=diffusion-nft policy.guidance.scale=1 update.clip=0.2 | update.clip | has no meaning with learner diffusion-nft, which has no ratio
          update.learner=awm policy.guidance.scale=1 sampler.transition=ddim | sampler.transition | must be one of a flow policy with learner awm
          update.old-policy.most=1                                | update.old-policy.most | must be a number >= 0 and < 1
          advantage.group=tree tree.branching=1 tree.trees-per-prompt=4 | tree.trees-per-prompt | a prompt's group must have at least 2 leaves to be compared
          tree.splits=[1] advantage.depth-correction=true         | advantage.depth-correction | must be false where a group has a single edge at the window's first step: nothing is there to compare it with
          advantage.group=tree tree.splits=[1] tree.trees-per-prompt=2 advantage.depth-correction=true | advantage.depth-correction | must be false where a group has a single edge at the window's first step: nothing is there to compare it with
          """)
  void aCombinationIsToldWithItsRule(String overrides, String key, String rule) {
    String[] all =
        Arrays.stream(overrides.trim().split(" +"))
            .map(override -> "treegrpo." + override)
            .toArray(String[]::new);
    assertThat(Loading.problemsWith(all))
        .as(overrides)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).as("key").isEqualTo("treegrpo." + key);
              assertThat(problem.value()).as("value").isNotEmpty();
              assertThat(problem.rule()).as("rule").isEqualTo(rule);
            });
  }

  static List<String> presets() {
    return Presets.names();
  }

  /** Whatever the configuration does not say itself. */
  @ParameterizedTest
  @MethodSource("presets")
  void everyPresetIsValid(String method) {
    assertThat(Loading.minimal("treegrpo.method=" + method).method()).isEqualTo(method);
  }
}
