package org.treegrpo.core.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AdvantageSettingsTest {

  @Test
  void defaultsAreThePapers() {
    assertThat(AdvantageSettings.defaults())
        .as("ALGORITHMS.md sections 1.3 and 1.4")
        .isEqualTo(
            new AdvantageSettings(
                Aggregation.of("normalise-then-sum"),
                StdScope.of("group"),
                0,
                1e-4,
                5,
                Backup.of("softmax-mean-logp"),
                false));
  }

  @Test
  void labelsAreTheConfigurationsNames() {
    assertThat(Arrays.stream(Aggregation.values()).map(Aggregation::label))
        .as("aggregation")
        .containsExactly("normalise-then-sum", "sum-then-normalise", "alg1");
    assertThat(Arrays.stream(StdScope.values()).map(StdScope::label))
        .as("std-scope")
        .containsExactly("group", "global");
    assertThat(Arrays.stream(Backup.values()).map(Backup::label))
        .as("backup")
        .containsExactly("softmax-mean-logp", "uniform", "softmax-sum-logp");
  }

  @Test
  void anUnknownLabelIsRefusedWithTheValidOnes() {
    assertThatThrownBy(() -> StdScope.of("round"))
        .as("std-scope")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("std-scope: 'round' is not one of group, global");
  }

  @Test
  void refusesValuesOutsideTheirRange() {
    assertRefused("ddof", 2, 1e-4, 5);
    assertRefused("epsilon", 0, -1e-4, 5);
    assertRefused("epsilon", 0, Double.NaN, 5);
    assertRefused("clamp", 0, 1e-4, 0);
    assertRefused("clamp", 0, 1e-4, Double.NaN);
  }

  private static void assertRefused(String name, int ddof, double epsilon, double clamp) {
    assertThatThrownBy(
            () ->
                new AdvantageSettings(
                    Aggregation.ALG1, StdScope.GROUP, ddof, epsilon, clamp, Backup.UNIFORM, false))
        .as("ddof %s, epsilon %s, clamp %s", ddof, epsilon, clamp)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("advantage " + name);
  }
}
