package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class PenaltiesTest {

  @Test
  void theSlopeIsBetaOverTwiceTheVariance() {
    assertThat(new Penalties(0.04, 0, 0).klSlope(0.1))
        .as("0.04 / (2 * 0.01)")
        .isCloseTo(2.0, within(1e-15));
  }

  @Test
  void outputPenaltiesEqualTheirFormulas() {
    float[] output = {9, 3, -4, 12};
    float[] reference = {9, 1, 2, 2};
    double[] gradient = new double[3];
    double velocityKl = (2 * 2 + 6 * 6 + 10 * 10) / 3.0;
    assertThat(new Penalties(0, 0.5, 0).addOutputPenalties(2, output, reference, 1, gradient))
        .as("weight beta mean (v - v_ref)^2")
        .isCloseTo(velocityKl, within(1e-12));
    assertThat(new Penalties(0, 0, 0.5).addOutputPenalties(2, output, reference, 1, gradient))
        .as("weight lambda (13 / 3 - 1)^2")
        .isCloseTo(Math.pow(10 / 3.0, 2), within(1e-12));
    assertThat(new Penalties(0, 0, 1).addOutputPenalties(1, reference, output, 1, gradient))
        .as("nothing where the norm is below the base's")
        .isZero();
  }

  @Property(tries = 50)
  void outputPenaltiesHaveTheSlopesOfTheirLosses(
      @ForAll @DoubleRange(min = 0, max = 2) double velocityKl,
      @ForAll @DoubleRange(min = 0, max = 2) double normGuard,
      @ForAll long seed) {
    Penalties penalties = new Penalties(0, velocityKl, normGuard);
    Random random = new Random(seed);
    float[] reference = new float[4];
    float[] output = new float[4];
    for (int i = 0; i < 4; i++) {
      reference[i] = (float) random.nextGaussian();
      output[i] = (float) (1.5 * random.nextGaussian());
    }
    double[] gradient = new double[4];
    penalties.addOutputPenalties(0.7, output, reference, 0, gradient);
    for (int i = 0; i < 4; i++) {
      float at = output[i];
      float step = 0x1p-10f;
      output[i] = at + step;
      double above = penalties.addOutputPenalties(0.7, output, reference, 0, new double[4]);
      double width = output[i];
      output[i] = at - step;
      double below = penalties.addOutputPenalties(0.7, output, reference, 0, new double[4]);
      width -= output[i];
      output[i] = at;
      assertThat(gradient[i])
          .as("slope %d", i)
          .isCloseTo((above - below) / width, within(2e-2 * (1 + Math.abs(gradient[i]))));
    }
  }

  @Test
  void refusesANegativeWeightAndANoiselessStep() {
    assertThatThrownBy(() -> new Penalties(0, -1, 0))
        .as("velocity-kl")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new Penalties(1, 0, 0).klSlope(0))
        .as("noise std")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noise std");
  }
}
