package org.treegrpo.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.metrics.MetricsFixtures;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

class BudgetTest {

  private static final RoundMetrics FIRST = MetricsFixtures.round(1);
  private static final RoundMetrics SECOND = MetricsFixtures.round(2);

  private static TrainSettings settings(String... overrides) {
    return new SettingsLoader(reward -> List.of())
        .parse("treegrpo { rounds = 3, policy.path = /p }", "test", List.of(overrides), Use.SAMPLE);
  }

  /** A checkpoint of a run that kept its budget, or of an older version. */
  private static CheckpointState checkpoint(int round, Budget kept) {
    return new CheckpointState(round, round, 0, "", "", new TreeMap<>(kept.extra()));
  }

  private static CheckpointState older(int round) {
    return new CheckpointState(round, round, 0, "", "");
  }

  private static Budget afterTwoRounds(String... overrides) {
    Budget budget = Budget.of(settings(overrides));
    budget.spend(FIRST);
    budget.spend(SECOND);
    return budget;
  }

  @Test
  void withoutALimitTheRoundsEndTheRun() {
    Budget budget = afterTwoRounds();
    assertThat(budget.endedBy()).as("2 of 3 rounds").isEmpty();
    budget.spend(MetricsFixtures.round(3));
    assertThat(budget.endedBy()).as("3 of 3 rounds").contains("rounds");
    assertThat(budget.remark()).as("nothing unusual").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // the fixture's rounds have 81 and 108 leaves, 564 and 752 evaluations, 5.45 and 6.64 s
    "budget.images=189, budget.images",
    "budget.images=190, ",
    "budget.evaluations=1316, budget.evaluations",
    "budget.evaluations=1317, ",
    "budget.seconds=12, budget.seconds",
    "budget.seconds=12.2, ",
  })
  void aLimitEndsTheRunWhereItIsReached(String limit, String key) {
    RoundMetrics.PhaseSeconds one = FIRST.seconds();
    RoundMetrics.PhaseSeconds two = SECOND.seconds();
    Budget budget = afterTwoRounds("treegrpo." + limit);
    assertThat(budget.endedBy().orElse(null))
        .as(
            "%s after %d leaves, %d evaluations, %s and %s s",
            limit,
            FIRST.leaves() + SECOND.leaves(),
            FIRST.nfe().total() + SECOND.nfe().total(),
            one,
            two)
        .isEqualTo(key);
  }

  @Test
  void aRunThatGoesOnHasSpentWhatItsCheckpointSays() {
    Budget resumed =
        Budget.of(
            settings("treegrpo.budget.images=189"), checkpoint(2, afterTwoRounds()), List.of());
    assertThat(resumed.endedBy()).as("metrics are not needed").contains("budget.images");
    assertThat(resumed.remark())
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .as("what ended it, and what to do")
                    .startsWith("ended by treegrpo.budget.images after round 2 of 3; spent: ")
                    .contains("189 images", "raise it and resume"));
  }

  @Test
  void theRoundsOfAnOlderVersionCountByTheirMetrics() {
    Budget resumed =
        Budget.of(settings("treegrpo.budget.images=189"), older(2), List.of(FIRST, SECOND));
    assertThat(resumed.endedBy()).as("all lines are there").contains("budget.images");
  }

  @Test
  void roundsWhoseMetricsAreLostAreNotFree() {
    assertThat(
            Budget.of(settings("treegrpo.budget.images=162"), older(2), List.of(FIRST)).endedBy())
        .as("the lost one counts as much as the other")
        .contains("budget.images");
    assertThatThrownBy(() -> Budget.of(settings("treegrpo.budget.images=162"), older(2), List.of()))
        .as("nothing to go by")
        .isInstanceOf(BudgetException.class)
        .hasMessageContainingAll("treegrpo.budget", "2 rounds", "metrics.jsonl");
    assertThat(Budget.of(settings("treegrpo.rounds=2"), older(2), List.of()).endedBy())
        .as("no limit, nothing to know")
        .contains("rounds");
  }
}
