package org.treegrpo.core.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.core.Golden;

class GroupNormalisedTest {

  private static final double[] ONE = {1};
  private static final double NAN = Double.NaN;

  @ParameterizedTest
  @CsvSource({
    "flow_grpo_global_std, GLOBAL, 0, 1e-4",
    "flow_grpo_group_std, GROUP, 0, 1e-4",
    "dance_group, GROUP, 1, 1e-8"
  })
  void advantagesEqualTheGoldenNumbers(String name, StdScope scope, int ddof, double epsilon) {
    JsonNode golden = Golden.at("/advantages");
    double[][][] groups = new double[2][4][1];
    for (int leaf = 0; leaf < 8; leaf++) {
      assertThat(golden.get("group").get(leaf).asInt()).as("group of %d", leaf).isEqualTo(leaf / 4);
      groups[leaf / 4][leaf % 4][0] = golden.get("rewards").get(leaf).asDouble();
    }
    RoundAdvantages round =
        estimator(Aggregation.NORMALISE_THEN_SUM, scope, ddof, epsilon, ONE)
            .round(Arrays.asList(groups));
    for (int leaf = 0; leaf < 8; leaf++) {
      assertThat(round.groups().get(leaf / 4)[leaf % 4])
          .as("%s, leaf %d", name, leaf)
          .isCloseTo(golden.get(name).get(leaf).asDouble(), within(1e-12));
    }
    assertThat(round.zeroVarianceGroups()).as("groups without signal").isZero();
  }

  @Test
  void aggregationsDifferAsTheirFormulasDo() {
    double[][] rewards = {{0, 3}, {1, 0}, {2, 0}};
    double root3 = Math.sqrt(3);
    double[] algorithm1 = {(root3 - 1) / 2, -(root3 + 1) / 2, 1};
    double[] uneven = {1, 3};
    assertThat(alone(exact(Aggregation.ALG1, uneven), rewards))
        .as("z-score of the unweighted sum of z-scores")
        .containsExactly(algorithm1, within(1e-12));
    double z1 = Math.sqrt(1.5);
    double z2 = Math.sqrt(2);
    assertThat(alone(exact(Aggregation.NORMALISE_THEN_SUM, uneven), rewards))
        .as("z-scores weighted 1/4 and 3/4")
        .containsExactly(
            new double[] {-z1 / 4 + 3 * z2 / 4, -3 * z2 / 8, z1 / 4 - 3 * z2 / 8}, within(1e-12));
    assertThat(alone(exact(Aggregation.SUM_THEN_NORMALISE, new double[] {1, 1}), rewards))
        .as("z-score of 1.5, 0.5, 1")
        .containsExactly(new double[] {z1, -z1, 0}, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void aFailedLeafIsMaskedAndChangesNoOther(Aggregation aggregation) {
    double[] weights = {0.8, 0.2};
    double[][] scored = {{0.2, 5}, {0.9, 1}, {0.4, 2}};
    double[][] withFailed = {{0.2, 5}, {7, NAN}, {0.9, 1}, {NAN, -9}, {0.4, 2}};
    for (StdScope scope : StdScope.values()) {
      GroupNormalised estimator = estimator(aggregation, scope, 0, 1e-4, weights);
      double[] without = only(estimator.round(List.<double[][]>of(scored)));
      double[] with = only(estimator.round(List.<double[][]>of(withFailed)));
      assertThat(with)
          .as("%s: failed leaves are NaN, the others as if they were not there", scope)
          .containsExactly(without[0], NAN, without[1], NAN, without[2]);
    }
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void aRewardOfWeightZeroIsIgnoredEvenIfItFails(Aggregation aggregation) {
    double[][] both = {{0.2, NAN}, {0.9, 4}, {0.4, 2}};
    double[][] first = {{0.2}, {0.9}, {0.4}};
    assertThat(alone(exact(aggregation, new double[] {2, 0}), both))
        .as("only the first reward counts")
        .containsExactly(alone(exact(aggregation, ONE), first));
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void equalRewardsHaveNoAdvantageAndAreCounted(Aggregation aggregation) {
    double[] weights = {0.3, 0.7};
    double[][] equal = {{0.1, 0.7}, {0.1, 0.7}, {NAN, 0.7}, {0.1, 0.7}};
    double[][] failed = {{NAN, 0}, {0, NAN}};
    double[][] single = {{0.3, -0.4}};
    double[][] useful = {{0.3, 0.1}, {0.5, 0.2}};
    for (StdScope scope : StdScope.values()) {
      for (int ddof = 0; ddof <= 1; ddof++) {
        RoundAdvantages round =
            estimator(aggregation, scope, ddof, 0, weights)
                .round(List.of(equal, failed, single, useful));
        assertThat(round.groups().get(0))
            .as("exactly 0 although the mean of 0.1 three times rounds, and eps is 0")
            .containsExactly(0, 0, NAN, 0);
        assertThat(round.groups().get(1)).as("all failed").containsExactly(NAN, NAN);
        assertThat(round.groups().get(2)).as("a single leaf").containsExactly(0);
        assertThat(round.groups().get(3)[1]).as("the better leaf").isPositive();
        assertThat(round.zeroVarianceGroups()).as("equal and single").isEqualTo(2);
      }
    }
  }

  /** Equal pictures whose scores differ in the last bits; eps of DanceGRPO. */
  @Test
  void theLastBitsOfEqualRewardsAreNoSignal() {
    double[][] scores = {{0.3}, {Math.nextUp(0.3f)}, {0.3}};
    double[][] large = {{4000.0001}, {4000}, {4000.0002}};
    double[][] small = {{0.3}, {0.3001}, {0.3}};
    RoundAdvantages round =
        estimator(Aggregation.NORMALISE_THEN_SUM, StdScope.GROUP, 1, 1e-8, ONE)
            .round(List.of(scores, large, small));
    assertThat(round.groups().get(0)).as("3e-8 apart").containsOnly(0);
    assertThat(round.groups().get(1)).as("relative to the mean").containsOnly(0);
    assertThat(round.groups().get(2)[1]).as("a real difference").isPositive();
    assertThat(round.zeroVarianceGroups()).as("counted").isEqualTo(2);
  }

  @Property(tries = 200)
  void positiveAffineRewardsHaveTheSameAdvantages(
      @ForAll Aggregation aggregation,
      @ForAll StdScope scope,
      @ForAll @IntRange(max = 1) int ddof,
      @ForAll @DoubleRange(min = 0.1, max = 50) double scale,
      @ForAll @DoubleRange(min = -10, max = 10) double shift,
      @ForAll long seed) {
    GroupNormalised estimator = estimator(aggregation, scope, ddof, 0, new double[] {0.8, 0.2});
    List<double[][]> rewards = rewards(seed);
    List<double[][]> transformed =
        rewards.stream()
            .map(group -> Arrays.stream(group).map(r -> affine(r, scale, shift)).toList())
            .map(group -> group.toArray(double[][]::new))
            .toList();
    RoundAdvantages before = estimator.round(rewards);
    RoundAdvantages after = estimator.round(transformed);
    for (int group = 0; group < rewards.size(); group++) {
      assertThat(after.groups().get(group))
          .as("group %d under %s R + %s", group, scale, shift)
          .containsExactly(before.groups().get(group), within(1e-7));
    }
  }

  @Property(tries = 200)
  void groupsAreCentredAndScaled(@ForAll Aggregation aggregation, @ForAll long seed) {
    GroupNormalised estimator = exact(aggregation, new double[] {0.8, 0.2});
    RoundAdvantages round = estimator.round(rewards(seed));
    for (double[] values : round.groups()) {
      assertThat(Arrays.stream(values).sum()).as("sum").isCloseTo(0, within(1e-9));
      if (aggregation != Aggregation.NORMALISE_THEN_SUM) {
        double squares = Arrays.stream(values).map(v -> v * v).sum();
        assertThat(squares / values.length).as("variance").isCloseTo(1, within(1e-9));
      }
    }
  }

  @Test
  void weightsAreScaledToSumOne() {
    double[][] rewards = {{0, 3}, {1, 0}, {2, 0}};
    assertThat(alone(exact(Aggregation.NORMALISE_THEN_SUM, new double[] {8, 2}), rewards))
        .as("8 : 2")
        .containsExactly(
            alone(exact(Aggregation.NORMALISE_THEN_SUM, new double[] {0.8, 0.2}), rewards),
            within(1e-15));
  }

  @Test
  void totalIsTheWeightedRewardOrNaN() {
    RewardWeights estimator = new RewardWeights(new double[] {3, 1, 0});
    assertThat(estimator.total(new double[] {2, -4, NAN})).as("0.75 2 - 0.25 4").isEqualTo(0.5);
    assertThat(estimator.total(new double[] {2, Double.POSITIVE_INFINITY, 0}))
        .as("an infinite reward has failed")
        .isNaN();
  }

  @Test
  void outliersAreClamped() {
    double[][] rewards = new double[40][1];
    rewards[7][0] = 1;
    assertThat(alone(exact(Aggregation.NORMALISE_THEN_SUM, ONE), rewards)[7])
        .as("sqrt(39) = 6.24 is cut")
        .isEqualTo(5);
    rewards[7][0] = -1;
    assertThat(alone(exact(Aggregation.NORMALISE_THEN_SUM, ONE), rewards)[7])
        .as("on both sides")
        .isEqualTo(-5);
  }

  @Test
  void standardDeviationOfTheRoundIsThatOfItsUnmaskedLeaves() {
    GroupNormalised estimator = exact(Aggregation.NORMALISE_THEN_SUM, ONE);
    RoundAdvantages round =
        estimator.round(List.of(new double[][] {{1}, {2}, {NAN}}, new double[][] {{4}, {4}}));
    assertThat(round.standardDeviation())
        .as("std of -1, 1, 0, 0")
        .isCloseTo(Math.sqrt(0.5), within(1e-12));
    assertThat(estimator.round(List.of()).standardDeviation()).as("empty round").isZero();
  }

  @Test
  void aGroupAloneEqualsTheGroupInItsRound() {
    GroupNormalised estimator = exact(Aggregation.ALG1, new double[] {0.8, 0.2});
    List<double[][]> rewards = rewards(5);
    RoundAdvantages round = estimator.round(rewards);
    for (int group = 0; group < rewards.size(); group++) {
      assertThat(alone(estimator, rewards.get(group)))
          .as("group %d, computed when it is complete", group)
          .containsExactly(round.groups().get(group));
    }
  }

  @Test
  void refusesWeightsAndRewardsThatDoNotFit() {
    for (double[] weights : new double[][] {{}, {0, 0}, {1, -1}, {NAN}}) {
      assertThatThrownBy(() -> exact(Aggregation.ALG1, weights))
          .as("weights %s", Arrays.toString(weights))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(Arrays.toString(weights));
    }
    assertThatThrownBy(() -> alone(exact(Aggregation.ALG1, ONE), new double[][] {{1, 2}}))
        .as("two rewards, one weight")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a leaf has 2 rewards, there are 1");
  }

  private static GroupNormalised exact(Aggregation aggregation, double[] weights) {
    return estimator(aggregation, StdScope.GROUP, 0, 0, weights);
  }

  private static GroupNormalised estimator(
      Aggregation aggregation, StdScope scope, int ddof, double epsilon, double[] weights) {
    return new GroupNormalised(
        Credits.settings(aggregation, scope, ddof, epsilon, 5, Backup.UNIFORM),
        new RewardWeights(weights));
  }

  private static double[] alone(GroupNormalised estimator, double[][] rewards) {
    return only(estimator.round(List.<double[][]>of(rewards)));
  }

  private static double[] only(RoundAdvantages round) {
    assertThat(round.groups()).as("one group").hasSize(1);
    return round.groups().get(0);
  }

  private static double[] affine(double[] rewards, double scale, double shift) {
    return Arrays.stream(rewards).map(r -> scale * r + shift).toArray();
  }

  /** Three groups of 6 leaves with two rewards. */
  private static List<double[][]> rewards(long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, 3)
        .mapToObj(
            group ->
                IntStream.range(0, 6)
                    .mapToObj(leaf -> new double[] {random.nextDouble(), random.nextGaussian()})
                    .toArray(double[][]::new))
        .toList();
  }
}
