package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.job.plan.PlanFixtures;
import org.treegrpo.job.plan.RunPlan;
import org.treegrpo.job.settings.Presets;

/**
 * Every preset, as it is shipped, on a flow in the plane whose reward is the nearness to a point:
 * it learns, and costs what the dry run says.
 */
class EveryMethodTest {

  private static final int ROUNDS = 30;
  private static final int SAMPLES = 400;

  static List<String> presets() {
    return Presets.names();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void itRaisesTheRewardAndCostsWhatThePlanSays(String method) {
    try (ToyRun run = new ToyRun(method)) {
      Recipe recipe = run.recipe();
      double[] before = run.evaluate(SAMPLES);
      LearnResult first = run.train(1);
      assertThat(first.maxRatioDeviation() == 0 || run.stepsOfARound(recipe.plan(1)) > 1)
          .as("ratio 1 before the first update, wherever there is one")
          .isTrue();
      for (int round = 2; round <= ROUNDS; round++) {
        run.train(round);
      }
      double[] gains = run.evaluate(SAMPLES);
      Arrays.setAll(gains, i -> gains[i] - before[i]);
      double mean = Arrays.stream(gains).average().orElseThrow();
      double variance =
          Arrays.stream(gains).map(gain -> (gain - mean) * (gain - mean)).average().orElseThrow();
      double standardError = Math.sqrt(variance / SAMPLES);
      assertThat(mean)
          .as("gain of the mean reward, standard error %s", standardError)
          .isGreaterThan(3 * standardError);

      RunPlan plan =
          RunPlan.of(
              recipe.settings(), PlanFixtures.inputs(recipe.policy(), ToyFlow.PARAMETERS, 3, 3));
      assertThat((double) run.current().evaluations().trainForward() / ROUNDS)
          .as("training forwards of a round, as the plan says")
          .isEqualTo(plan.work().trainForward());
      assertThat((double) run.current().evaluations().trainBackward() / ROUNDS)
          .as("backwards")
          .isEqualTo(plan.work().trainBackward());
      assertThat(run.rollout() / (double) ROUNDS)
          .as("rollout evaluations")
          .isEqualTo(plan.work().rolloutMean());
      assertThat(run.leaves() / ROUNDS).as("leaves").isEqualTo(plan.leaves());
    }
  }
}
