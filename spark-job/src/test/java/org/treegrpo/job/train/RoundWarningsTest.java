package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;

class RoundWarningsTest {

  private static final BitSet NOTHING = new BitSet();

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
        2,
        1e-4,
        "",
        0);
  }

  private RoundWarnings warnings() throws Exception {
    return warnings(new ParameterLayout(List.of()));
  }

  private RoundWarnings warnings(ParameterLayout layout) throws Exception {
    return new RoundWarnings(new TinyRun(directory).settings("unused"), layout, told::add);
  }

  @Test
  void aGradientBelowTenEpsilonIsToldOnce() throws Exception {
    RoundWarnings warnings = warnings();
    warnings.look(round(1, 2e-7, Double.NaN), NOTHING);
    assertThat(told).as("twenty times epsilon").isEmpty();
    warnings.look(round(2, 0, Double.NaN), NOTHING);
    assertThat(told).as("no gradient at all is another matter").isEmpty();
    warnings.look(round(3, 5e-9, Double.NaN), NOTHING);
    warnings.look(round(4, 5e-9, Double.NaN), NOTHING);
    assertThat(told).as("once").hasSize(1);
    assertThat(told.get(0))
        .as("what, against what, and what to do")
        .contains("round 3", "5.0e-09", "treegrpo.optimizer.epsilon = 1.0E-8", "lower the epsilon");
  }

  @Test
  void aLaggingPolicyThatDoesNotLagIsToldAfterTheFirstRound() throws Exception {
    RoundWarnings warnings = warnings();
    warnings.look(round(1, 1e-3, 0), NOTHING);
    warnings.look(round(2, 1e-3, 1e-6), NOTHING);
    assertThat(told).as("the first round has to").isEmpty();
    warnings.look(round(3, 1e-3, 0), NOTHING);
    assertThat(told).as("told").singleElement().asString().contains("old-policy.rate");
  }

  @Test
  void aPairOfAdaptersThatNoGradientReachesIsNamedOnce() throws Exception {
    List<ParameterLayout.Entry> entries = new ArrayList<>();
    for (String name :
        List.of(
            "blocks.0.to_q.lora_A.default.weight",
            "blocks.0.to_q.lora_B.default.weight",
            "blocks.1.to_q.lora_A.default.weight",
            "blocks.1.to_q.lora_B.default.weight",
            "scale")) {
      entries.add(new ParameterLayout.Entry(name, new long[] {2}, 2 * entries.size(), 2));
    }
    RoundWarnings warnings = warnings(new ParameterLayout(entries));
    warnings.look(round(1, 1, Double.NaN), bits(1, 3));
    assertThat(told).as("lora_B is 0 at first, so lora_A gets no gradient").isEmpty();
    warnings.look(round(2, 0, Double.NaN), NOTHING);
    assertThat(told).as("a round without any gradient has another reason").isEmpty();
    warnings.look(round(3, 1, Double.NaN), bits(0, 1, 4));
    warnings.look(round(4, 1, Double.NaN), bits(0, 1, 4));
    assertThat(told)
        .as("once, with its module")
        .singleElement()
        .asString()
        .contains("round 3: no gradient reaches 1 of 2 LoRA pairs", ": blocks.1.to_q;");
  }

  private static BitSet bits(int... set) {
    BitSet bits = new BitSet();
    for (int bit : set) {
      bits.set(bit);
    }
    return bits;
  }
}
