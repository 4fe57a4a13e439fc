package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.base.Services;

class SurrogateFactoryTest {

  private static Surrogate surrogate(String name) {
    return Services.find(SurrogateFactory.class, name)
        .orElseThrow()
        .create(new SurrogateSettings(0.2));
  }

  @Test
  void surrogatesAreFoundByName() {
    assertThat(Services.names(SurrogateFactory.class))
        .as("names")
        .containsExactly("ppo", "reinforce");
    assertThat(surrogate("ppo")).as("with its clip").isEqualTo(new PpoSurrogate(0.2));
  }

  @Property
  void reinforceIsLinearInTheLogRatioAndNeverClipped(
      @ForAll @DoubleRange(min = -1, max = 1) double logRatio,
      @ForAll @DoubleRange(min = -5, max = 5) double advantage) {
    Surrogate.Term term = surrogate("reinforce").evaluate(logRatio, advantage);
    assertThat(term.loss()).as("-A log rho").isEqualTo(-advantage * logRatio);
    assertThat(term.gradient()).as("-A at every ratio").isEqualTo(-advantage);
    assertThat(term.clipped()).as("without a clip").isFalse();
  }
}
