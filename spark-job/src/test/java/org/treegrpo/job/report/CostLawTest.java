package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;

class CostLawTest {
  @Test
  void treesOfDifferentSizesGiveTheCostOfALeafAndOfAParent() {
    List<RoundMetrics> rounds = new ArrayList<>();
    rounds.add(round(1, 27, 13, 500, 99)); // starting up
    for (int i = 2; i <= 9; i++) {
      long leaves = 27L * (i % 3);
      long parents = 13L * (i % 4);
      rounds.add(round(i, leaves, parents, 500, 2.5 + 0.25 * leaves + 0.5 * parents));
    }

    assertThat(CostLaw.html(rounds))
        .as("the coefficients that the seconds were made of; the first round does not count")
        .contains("Cost law: seconds a round = 2.50 + 0.250 × leaves + 0.500 × parents.")
        .contains("explains 100%");
  }

  @Test
  void equalTreesAreComparedByNetworkEvaluations() {
    List<RoundMetrics> rounds = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      rounds.add(round(i, 27, 13, 100L * (i % 3), 1.5 + (i % 3)));
    }

    assertThat(CostLaw.html(rounds))
        .as("leaves and parents never change, the window's start does")
        .contains("cannot be told apart", "seconds a round = 1.50 + 0.010 × network evaluations");
  }

  @Test
  void noiseIsNotCalledALaw() {
    List<RoundMetrics> rounds = new ArrayList<>();
    double[] noise = {9, 1, 5, 5, 1, 1, 5};
    for (int i = 0; i < noise.length; i++) {
      rounds.add(round(i + 1, 27, 13, 100L * (i % 2), noise[i]));
    }

    assertThat(CostLaw.html(rounds))
        .as("the seconds do not follow the evaluations")
        .contains("of the differences in time between rounds go with their network evaluations")
        .doesNotContain("Cost law");
  }

  @Test
  void oneRoundHasNoLaw() {
    assertThat(CostLaw.html(List.of(round(1, 27, 13, 500, 3)))).as("too few rounds").isEmpty();
  }

  private static RoundMetrics round(
      int round, long leaves, long parents, long evaluations, double seconds) {
    return new RoundMetrics(
        round,
        0,
        new PhaseSeconds(0, 0, 0, 0, 0, 0, seconds),
        null,
        new NetworkEvaluations(evaluations, 0, 0),
        leaves,
        parents,
        0,
        Map.of(),
        1,
        0,
        0,
        0,
        0,
        0,
        Double.NaN,
        0,
        0,
        0,
        0,
        null,
        0);
  }
}
