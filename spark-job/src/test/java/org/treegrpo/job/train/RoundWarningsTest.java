package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;

class RoundWarningsTest {

  @TempDir Path directory;

  private final List<String> told = new ArrayList<>();

  private static RoundMetrics round(int round, double gradientRms, double oldPolicyGap) {
    return new RoundMetrics(
        round,
        0,
        new PhaseSeconds(1, 0, 0, 1, 0, 0, 2),
        null,
        new NetworkEvaluations(1, 1, 1),
        1,
        1,
        1,
        Map.of(),
        1,
        0,
        0,
        0,
        0,
        0,
        oldPolicyGap,
        1,
        gradientRms,
        1e-4,
        "",
        0);
  }

  private RoundWarnings warnings() throws Exception {
    return new RoundWarnings(new TinyRun(directory).settings("unused"), told::add);
  }

  @Test
  void aGradientBelowTenEpsilonIsToldOnce() throws Exception {
    RoundWarnings warnings = warnings();
    warnings.look(round(1, 2e-7, Double.NaN));
    assertThat(told).as("twenty times epsilon").isEmpty();
    warnings.look(round(2, 0, Double.NaN));
    assertThat(told).as("no gradient at all is another matter").isEmpty();
    warnings.look(round(3, 5e-9, Double.NaN));
    warnings.look(round(4, 5e-9, Double.NaN));
    assertThat(told).as("once").hasSize(1);
    assertThat(told.get(0))
        .as("what, against what, and what to do")
        .contains("round 3", "5.0e-09", "treegrpo.optimizer.epsilon = 1.0E-8", "lower the epsilon");
  }

  @Test
  void aLaggingPolicyThatDoesNotLagIsToldAfterTheFirstRound() throws Exception {
    RoundWarnings warnings = warnings();
    warnings.look(round(1, 1e-3, 0));
    warnings.look(round(2, 1e-3, 1e-6));
    assertThat(told).as("the first round has to").isEmpty();
    warnings.look(round(3, 1e-3, 0));
    assertThat(told).as("told").singleElement().asString().contains("old-policy.rate");
  }
}
