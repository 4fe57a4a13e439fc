package org.treegrpo.core.credit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AdvantageSettingsTest {

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
                Credits.settings(
                    Aggregation.ALG1, StdScope.GROUP, ddof, epsilon, clamp, Backup.UNIFORM))
        .as("ddof %s, epsilon %s, clamp %s", ddof, epsilon, clamp)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("advantage " + name);
  }
}
