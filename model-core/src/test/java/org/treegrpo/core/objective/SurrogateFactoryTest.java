package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.base.Services;

class SurrogateFactoryTest {

  private static final double STEP = 0.3;
  private static final double NOISE = 0.05;
  private static final int ELEMENTS = 6;

  static Surrogate.Edge edge(double logRatio, double advantage) {
    return new Surrogate.Edge(advantage, logRatio, Double.NaN, Double.NaN, NOISE, STEP);
  }

  private static Surrogate surrogate(String name) {
    return Services.find(SurrogateFactory.class, name)
        .orElseThrow()
        .create(new SurrogateSettings(0.2, 1e-5));
  }

  @Test
  void surrogatesAreFoundByName() {
    assertThat(Services.names(SurrogateFactory.class))
        .as("names")
        .containsExactly("flow-dppo", "grpo-guard", "ppo", "reinforce");
    assertThat(surrogate("ppo")).as("with its clip").isEqualTo(new PpoSurrogate(0.2));
  }

  @Property
  void reinforceIsLinearInTheLogRatioAndNeverClipped(
      @ForAll @DoubleRange(min = -1, max = 1) double logRatio,
      @ForAll @DoubleRange(min = -5, max = 5) double advantage) {
    Surrogate.Term term = surrogate("reinforce").evaluate(edge(logRatio, advantage));
    assertThat(term.loss()).as("-A log rho").isEqualTo(-advantage * logRatio);
    assertThat(term.residual()).as("-A at every ratio").isEqualTo(-advantage);
    assertThat(term.clipped()).as("without a clip").isFalse();
  }

  /** Moments of an edge whose mean moved from 0 to {@code mu} under noise z. */
  private static Surrogate.Edge moved(double advantage, double[] z, double[] mu) {
    double logRatio = 0;
    double along = 0;
    double squares = 0;
    for (int i = 0; i < z.length; i++) {
      double x = NOISE * z[i];
      logRatio += (x * x - (x - mu[i]) * (x - mu[i])) / (2 * NOISE * NOISE);
      along -= mu[i] * z[i];
      squares += mu[i] * mu[i];
    }
    int elements = z.length;
    return new Surrogate.Edge(
        advantage,
        logRatio / elements,
        along / elements,
        squares / elements / (2 * NOISE * NOISE),
        NOISE,
        STEP);
  }

  /** ALGORITHMS.md section 3.1: log rho = s (log rho_ppo + mean(dmu^2) / (2 s^2)). */
  @Property(tries = 100)
  void guardsRatioIsTheNoisesPartOfPpos(@ForAll long seed) {
    double[] z = gaussians(seed, 1);
    double[] mu = gaussians(~seed, 0.01);
    Surrogate.Edge edge = moved(0.5, z, mu);
    Surrogate.Term term = surrogate("grpo-guard").evaluate(edge);
    assertThat(term.logRatio())
        .as("-mean(dmu z)")
        .isCloseTo(NOISE * (edge.logRatio() + edge.distance()), within(1e-12));
    assertThat(term.loss())
        .as("-rho A / -d")
        .isCloseTo(-0.5 * Math.exp(term.logRatio()) / STEP, within(1e-12));
  }

  @Property(tries = 100)
  void everySurrogateHasTheSlopeOfItsLoss(
      @ForAll @DoubleRange(min = -2, max = 2) double advantage, @ForAll long seed) {
    double[] z = gaussians(seed, 1);
    double[] mu = gaussians(~seed, 1e-3);
    for (String name : Services.names(SurrogateFactory.class)) {
      Surrogate surrogate = surrogate(name);
      Surrogate.Term term = surrogate.evaluate(moved(advantage, z, mu));
      for (int i = 0; i < ELEMENTS; i++) {
        double score = (NOISE * z[i] - mu[i]) / (NOISE * NOISE * ELEMENTS);
        double slope = term.residual() * score + term.noise() * z[i] / ELEMENTS;
        double at = mu[i];
        double h = 1e-6;
        mu[i] = at + h;
        double above = surrogate.evaluate(moved(advantage, z, mu)).loss();
        mu[i] = at - h;
        double below = surrogate.evaluate(moved(advantage, z, mu)).loss();
        mu[i] = at;
        if (!term.clipped()) {
          assertThat(slope)
              .as("%s, dLoss/dmu[%d]", name, i)
              .isCloseTo((above - below) / (2 * h), within(1e-5 * (1 + Math.abs(slope))));
        }
      }
    }
  }

  @Test
  void dppoMasksWhatHasMovedFarAndMovesOn() {
    Surrogate dppo = surrogate("flow-dppo");
    double[][] cases = {{1, 0.01, 2e-5}, {1, -0.01, 2e-5}, {-1, -0.01, 2e-5}, {1, 0.01, 5e-6}};
    boolean[] masked = {true, false, true, false};
    for (int i = 0; i < cases.length; i++) {
      Surrogate.Term term =
          dppo.evaluate(new Surrogate.Edge(cases[i][0], cases[i][1], 0, cases[i][2], NOISE, STEP));
      assertThat(term.clipped()).as("case %d", i).isEqualTo(masked[i]);
      assertThat(term.residual() == 0).as("gradient of case %d", i).isEqualTo(masked[i]);
    }
  }

  private static double[] gaussians(long seed, double scale) {
    Random random = new Random(seed);
    return random.doubles(ELEMENTS).map(unused -> scale * random.nextGaussian()).toArray();
  }
}
