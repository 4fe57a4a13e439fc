package org.treegrpo.core.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.base.Services;

class EstimatorsTest {

  private static final double NAN = Double.NaN;
  private static final RewardWeights ONE = new RewardWeights(new double[] {1});

  @Test
  void estimatorsAreFoundByName() {
    assertThat(Services.names(EstimatorFactory.class))
        .as("names")
        .containsExactly("gdpo", "group", "running", "total");
  }

  /** DDPO: the round's statistics until a prompt has 4 rewards, then those of its last 4. */
  @Test
  void runningStatisticsAreTheRoundsUntilThePromptHasEnough() {
    Estimator estimator = estimator("running", 4, ONE);
    Estimator.Estimate first =
        estimator.estimate(estimator.initial(), List.of(group("cat", 1, 2, NAN), group("dog", 5)));
    double mean = 8 / 3.0;
    double std = Math.sqrt((1 + 4 + 25) / 3.0 - mean * mean);
    assertThat(first.advantages().groups().get(0))
        .as("3 scores so far in the round, the failed one left out")
        .containsExactly(new double[] {(1 - mean) / std, (2 - mean) / std, NAN}, within(1e-12));

    Estimator.Estimate second = estimator.estimate(first.next(), List.of(group("cat", 3, 6, 4)));
    double last = 15 / 4.0;
    double spread = Math.sqrt((4 + 9 + 36 + 16) / 4.0 - last * last);
    assertThat(second.advantages().groups().get(0))
        .as("against 2, 3, 6, 4, the last four of the prompt")
        .containsExactly(
            new double[] {(3 - last) / spread, (6 - last) / spread, (4 - last) / spread},
            within(1e-12));
    assertThat(estimator.estimate(first.next(), List.of(group("cat", 3, 6, 4))).next().bytes())
        .as("a round that is tried again starts from the same state")
        .isEqualTo(second.next().bytes());
  }

  @Test
  void aSavedStateGoesOnToTheBit() {
    RewardWeights two = new RewardWeights(new double[] {0.8, 0.2});
    Estimator estimator = estimator("running", 16, two);
    Random random = new Random(1);
    EstimatorState whole = estimator.initial();
    EstimatorState resumed = estimator.initial();
    for (int round = 0; round < 12; round++) {
      double[][] rewards = new double[3][];
      Arrays.setAll(rewards, leaf -> new double[] {random.nextDouble(), random.nextGaussian()});
      List<RewardGroup> groups = List.of(new RewardGroup("p/" + round % 2, rewards));
      Estimator.Estimate straight = estimator.estimate(whole, groups);
      Estimator.Estimate again = estimator.estimate(estimator.restore(resumed.bytes()), groups);
      assertThat(again.advantages().groups().get(0))
          .as("round %d", round)
          .containsExactly(straight.advantages().groups().get(0));
      whole = straight.next();
      resumed = again.next();
    }
    assertThat(resumed.bytes()).as("the state").isEqualTo(whole.bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "{\"0/cat\": 1}{", "{\"0/cat\": [\"x\"]}"})
  void aStateThatIsNoneIsRefused(String text) {
    byte[] saved = text.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> estimator("running", 4, ONE).restore(saved))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be");
  }

  @Test
  void anEstimatorWithoutAStateRefusesOne() {
    assertThatThrownBy(() -> estimator("group", 4, ONE).restore(new byte[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 bytes of another estimator");
  }

  /** A reward of a hundred times the spread has no more say than the other. */
  @Test
  void gdpoNormalisesEachRewardInItsGroupAndTheSumOverTheRound() {
    RewardWeights equal = new RewardWeights(new double[] {1, 1});
    double[][] cat = {{0, 100}, {1, 0}, {0, 0}, {1, 100}};
    double[][] dog = {{0, 0}, {1, 100}, {0, 0}, {1, 100}};
    RoundAdvantages advantages =
        estimator("gdpo", 2, equal)
            .estimate(
                EstimatorState.NONE,
                List.of(new RewardGroup("cat", cat), new RewardGroup("dog", dog)))
            .advantages();
    double std = Math.sqrt((4 * 1 + 2 * 1) / 8.0);
    assertThat(advantages.groups().get(0))
        .as("-1 + 1, 1 - 1, -1 - 1, 1 + 1, halved; the std is that of both prompts")
        .containsExactly(new double[] {0, 0, -1 / std, 1 / std}, within(1e-12));
    assertThat(advantages.groups().get(1))
        .containsExactly(new double[] {-1 / std, 1 / std, -1 / std, 1 / std}, within(1e-12));
  }

  @Test
  void totalIsTheWeightedRewardUnchanged() {
    RewardWeights weights = new RewardWeights(new double[] {3, 1});
    assertThat(
            estimator("total", 2, weights)
                .estimate(
                    EstimatorState.NONE,
                    List.of(new RewardGroup("cat", new double[][] {{80, 40}, {NAN, 1}})))
                .advantages()
                .groups()
                .get(0))
        .as("not centred, not clamped; a failed reward is NaN")
        .containsExactly(70, NAN);
  }

  private static RewardGroup group(String prompt, double... rewards) {
    return new RewardGroup(
        prompt, Arrays.stream(rewards).mapToObj(r -> new double[] {r}).toArray(double[][]::new));
  }

  private static Estimator estimator(String name, int buffer, RewardWeights weights) {
    return Services.find(EstimatorFactory.class, name)
        .orElseThrow()
        .create(
            new AdvantageSettings(
                new GroupStatistics(),
                Aggregation.NORMALISE_THEN_SUM,
                StdScope.GROUP,
                0,
                0,
                5,
                buffer,
                Backup.UNIFORM,
                0,
                false,
                false,
                AdvantageSettings.Group.PROMPT),
            weights);
  }
}
