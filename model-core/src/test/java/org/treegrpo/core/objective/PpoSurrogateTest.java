package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.Golden;

class PpoSurrogateTest {

  @Test
  void lossesEqualTheGoldenNumbers() {
    JsonNode golden = Golden.at("/ppo");
    PpoSurrogate surrogate = new PpoSurrogate(golden.get("clip").asDouble());
    assertThat(golden.get("loss")).as("number of golden losses").hasSize(5);
    for (int i = 0; i < golden.get("loss").size(); i++) {
      Surrogate.Term term =
          surrogate.evaluate(
              golden.get("log_ratio").get(i).asDouble(), golden.get("adv").get(i).asDouble());
      assertThat(term.loss())
          .as("golden loss %d", i)
          .isCloseTo(golden.get("loss").get(i).asDouble(), within(1e-15));
    }
  }

  @Property
  void gradientIsTheSlopeOfTheLoss(
      @ForAll @DoubleRange(min = -1, max = 1) @Scale(6) double logRatio,
      @ForAll @DoubleRange(min = -5, max = 5) double advantage) {
    double step = 1e-6;
    double clip = 0.2;
    Assume.that(Math.abs(logRatio - Math.log(1 + clip)) > 2 * step);
    Assume.that(Math.abs(logRatio - Math.log(1 - clip)) > 2 * step);
    PpoSurrogate surrogate = new PpoSurrogate(clip);
    double slope =
        (surrogate.evaluate(logRatio + step, advantage).loss()
                - surrogate.evaluate(logRatio - step, advantage).loss())
            / (2 * step);
    assertThat(surrogate.evaluate(logRatio, advantage).residual())
        .as("gradient against a central difference")
        .isCloseTo(slope, within(1e-8));
  }

  @Property
  void lossIsTheMinimumOfTheTwoBranches(
      @ForAll @DoubleRange(min = -1, max = 1) @Scale(6) double logRatio,
      @ForAll @DoubleRange(min = -5, max = 5) double advantage) {
    double ratio = Math.exp(logRatio);
    double clipped = Math.max(0.8, Math.min(1.2, ratio));
    assertThat(new PpoSurrogate(0.2).evaluate(logRatio, advantage).loss())
        .as("-min(rho A, clip(rho) A)")
        .isCloseTo(-Math.min(ratio * advantage, clipped * advantage), within(1e-12));
  }

  @Property
  void gradientVanishesOnlyWhereTheClipCutsIt(
      @ForAll @DoubleRange(min = -1e-3, max = 1e-3) @Scale(8) double logRatio,
      @ForAll @DoubleRange(min = -5, max = 5) double advantage) {
    Assume.that(advantage != 0);
    double clip = 1e-4;
    double ratio = Math.exp(logRatio);
    boolean cut = advantage > 0 ? ratio > 1 + clip : ratio < 1 - clip;
    Surrogate.Term term = new PpoSurrogate(clip).evaluate(logRatio, advantage);
    assertThat(term.residual() == 0).as("gradient is zero").isEqualTo(cut);
    assertThat(term.clipped()).as("counted as clipped").isEqualTo(cut);
  }

  @Property
  void firstUpdateEqualsReinforce(@ForAll @DoubleRange(min = -5, max = 5) double advantage) {
    assertThat(new PpoSurrogate(1e-4).evaluate(0, advantage).residual())
        .as("gradient at ratio 1")
        .isEqualTo(
            new ReinforceSurrogate().evaluate(SurrogateFactoryTest.edge(0, advantage)).residual()
                + 0.0);
    assertThat(new PpoSurrogate(1e-4).evaluate(0, advantage).clipped())
        .as("clipped at ratio 1")
        .isFalse();
  }

  @Test
  void aZeroAdvantageTeachesNothingEvenWhereTheRatioOverflows() {
    assertThat(new PpoSurrogate(1e-4).evaluate(1000, 0))
        .as("term of a leaf without advantage")
        .isEqualTo(Surrogate.Term.ofLogProb(1000, 0, 0, false));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1, Double.NaN})
  void refusesAClipOutsideTheUnitInterval(double clip) {
    assertThatThrownBy(() -> new PpoSurrogate(clip))
        .as("clip %s", clip)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Double.toString(clip));
  }
}
