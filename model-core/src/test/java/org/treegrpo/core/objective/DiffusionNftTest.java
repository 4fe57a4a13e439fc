package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.process.CleanEstimate;

class DiffusionNftTest {

  private static final int ELEMENTS = 6;

  /** Against a central difference of the printed loss, with the w of the middle held. */
  @Property(tries = 100)
  void theGradientIsThatOfThePrintedLoss(
      @ForAll @DoubleRange(min = -1, max = 1) double advantage,
      @ForAll @DoubleRange(min = 0.2, max = 1.5) double beta,
      @ForAll @DoubleRange(min = 0.05, max = 1) double t,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[][] values = new float[4][ELEMENTS];
    for (float[] value : values) {
      for (int i = 0; i < ELEMENTS; i++) {
        value[i] = (float) random.nextGaussian();
      }
    }
    float[] x = values[0];
    float[] x0 = values[1];
    float[] v = values[2];
    float[] old = values[3];
    double[] gradient = new double[ELEMENTS];
    Surrogate.Term term =
        new DiffusionNft(beta)
            .add(
                new LeafLoss.Row(
                    new CleanEstimate(1, -t), t, x, x0, new float[ELEMENTS], v, old, 0),
                advantage,
                0.7,
                gradient);
    double[] w = {width(t, x, x0, v, old, beta), width(t, x, x0, v, old, -beta)};
    assertThat(term.loss())
        .as("the loss")
        .isCloseTo(loss(t, advantage, beta, x, x0, v, old, w), within(1e-9));
    for (int i = 0; i < ELEMENTS; i++) {
      float at = v[i];
      v[i] = at + 0x1p-9f;
      double above = loss(t, advantage, beta, x, x0, v, old, w);
      double span = v[i];
      v[i] = at - 0x1p-9f;
      double below = loss(t, advantage, beta, x, x0, v, old, w);
      span -= v[i];
      v[i] = at;
      assertThat(gradient[i])
          .as("element %d", i)
          .isCloseTo(0.7 * (above - below) / span, within(1e-5 * (1 + Math.abs(gradient[i]))));
    }
  }

  private static double loss(
      double t,
      double advantage,
      double beta,
      float[] x,
      float[] x0,
      float[] v,
      float[] old,
      double[] w) {
    double r = advantage / 2 + 0.5;
    double plus = 0;
    double minus = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      double pulled = beta * v[i] + (1 - beta) * old[i];
      double pushed = (1 + beta) * old[i] - beta * v[i];
      plus += Math.pow(x[i] - t * pulled - x0[i], 2) / ELEMENTS;
      minus += Math.pow(x[i] - t * pushed - x0[i], 2) / ELEMENTS;
    }
    return (r * plus / w[0] + (1 - r) * minus / w[1]) / beta;
  }

  private static double width(
      double t, float[] x, float[] x0, float[] v, float[] old, double pull) {
    double sum = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      sum += Math.abs(x[i] - t * (pull * v[i] + (1 - pull) * old[i]) - x0[i]);
    }
    return Math.max(1e-5, sum / ELEMENTS);
  }

  @Test
  void refusesABetaThatIsNotPositive() {
    assertThatThrownBy(() -> new DiffusionNft(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beta");
  }
}
