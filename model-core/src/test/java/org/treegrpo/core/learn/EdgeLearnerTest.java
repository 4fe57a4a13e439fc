package org.treegrpo.core.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.base.Services;
import org.treegrpo.core.credit.Credits;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.PpoSurrogate;
import org.treegrpo.core.objective.ReinforceSurrogate;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.objective.SurrogateFactory;
import org.treegrpo.core.objective.SurrogateSettings;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.tree.EdgeRecord;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.PointwiseDenoiser;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.Trees;

class EdgeLearnerTest {

  private static final int ELEMENTS = 8;
  private static final int START = 2;
  private static final Topology TREE = Trees.topology(8, START, 2, 3);
  private static final TreeSettings SETTINGS = new TreeSettings(RootNoise.SHARED, 3);
  private static final Surrogate WIDE = new PpoSurrogate(0.9);

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  @ParameterizedTest
  @CsvSource({"flow-sde, 0.7", "dance-sde, 0.3", "cps, 0.8", "ddim, 1"})
  void theRatioIsExactlyOneBeforeTheFirstUpdate(String transition, double eta) {
    Sampler sampler = Trees.sampler(8, Steps.named(transition), eta);
    try (GrownShare share = grow(sampler)) {
      assertThat(Replay.maxRatioDeviation(denoiser, sampler, share, Integer.MAX_VALUE))
          .as("self-check")
          .isZero();
      LearnResult result =
          learn(
              denoiser,
              sampler,
              share,
              random(share, 1),
              ones(share),
              new PpoSurrogate(1e-4),
              Kl.NONE);
      assertThat(result.maxRatioDeviation()).as("max |rho - 1|").isZero();
      assertThat(result.approxKlSum()).as("approximate KL").isZero();
      assertThat(result.clipped()).as("clipped edges").isZero();
      assertThat(result.edges()).isEqualTo(share.forest().edges());
    }
  }

  /** Whatever the ratio is made of; x' is rounded to float32, which must not show. */
  @ParameterizedTest
  @CsvSource({"grpo-guard, flow-sde", "grpo-guard, dance-sde", "flow-dppo, ddim"})
  void surrogatesOfTheNoiseHaveARatioOfExactlyOneToo(String surrogate, String transition) {
    Sampler sampler = Trees.sampler(8, Steps.named(transition), 0.6);
    try (GrownShare share = grow(sampler)) {
      LearnResult result =
          learn(denoiser, sampler, share, random(share, 1), ones(share), named(surrogate), Kl.NONE);
      assertThat(result.maxRatioDeviation()).as("max |rho - 1|").isZero();
      assertThat(result.clipped()).as("clipped edges").isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"grpo-guard, flow-sde", "flow-dppo, flow-sde", "grpo-guard, ddim"})
  void theGradientOfEverySurrogateIsTheDerivativeOfItsLoss(String name, String transition) {
    Sampler sampler = Trees.sampler(8, Steps.named(transition), 0.7);
    Surrogate surrogate = named(name);
    try (GrownShare share = grow(sampler)) {
      double[] advantages = random(share, 2);
      denoiser.theta()[0] += 0.02;
      requireDerivative(
          () ->
              learn(denoiser, sampler, share, advantages, ones(share), surrogate, Kl.NONE).loss());
    }
  }

  /** With bounds so wide that they never bind. */
  private static Surrogate named(String name) {
    return Services.find(SurrogateFactory.class, name)
        .orElseThrow()
        .create(new SurrogateSettings(0.99, 1e6));
  }

  @ParameterizedTest
  @CsvSource({
    "flow-sde, 0.7, 0",
    "dance-sde, 0.3, 0",
    "cps, 0.8, 0",
    "ddim, 1, 0",
    "flow-sde, 0.7, 0.5",
    "ddim, 1, 2"
  })
  void theGradientIsTheDerivativeOfTheLoss(String transition, double eta, double beta) {
    Sampler sampler = Trees.sampler(8, Steps.named(transition), eta);
    Kl kl = kl(beta);
    try (GrownShare share = grow(sampler)) {
      double[] advantages = random(share, 2);
      double[] weights = Arrays.stream(random(share, 3)).map(Math::abs).toArray();
      mask(advantages, 0, 5, 6, 7, 20);
      denoiser.theta()[0] += 0.02;
      denoiser.theta()[2] -= 0.03;
      requireDerivative(
          () -> learn(denoiser, sampler, share, advantages, weights, WIDE, kl).loss());
    }
  }

  @Test
  void theFirstUpdateIsReinforce() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      PointwiseDenoiser other = PointwiseDenoiser.tanh(ELEMENTS);
      learn(
          denoiser, sampler, share, random(share, 4), ones(share), new PpoSurrogate(1e-4), Kl.NONE);
      learn(
          other, sampler, share, random(share, 4), ones(share), new ReinforceSurrogate(), Kl.NONE);
      assertThat(denoiser.gradient()).isEqualTo(other.gradient());
      assertThat(Arrays.stream(denoiser.gradient()).map(Math::abs).sum()).isPositive();
    }
  }

  @Test
  void trainingCostsOneForwardAParent() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      LearnResult result =
          learn(denoiser, sampler, share, random(share, 5), ones(share), WIDE, Kl.NONE);
      assertThat(denoiser.evaluations().trainForward()).isEqualTo(2L * TREE.parents());
      assertThat(denoiser.evaluations().trainBackward()).isEqualTo(2L * TREE.parents());
      assertThat(result.parents()).isEqualTo(2L * TREE.parents());
    }
  }

  @Test
  void maskedEdgesAreNotReadAndFullyMaskedBatchesAreSkipped() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      double[] advantages = new double[share.forest().edges()];
      double[] weights = new double[advantages.length];
      Arrays.fill(advantages, Double.NaN);
      Arrays.fill(weights, Double.NaN);
      assertThat(learn(denoiser, sampler, share, advantages, weights, WIDE, Kl.NONE))
          .as("nothing to learn")
          .isEqualTo(LearnResult.ZERO);
      advantages[1] = -1.5;
      weights[1] = 0.5;
      LearnResult result = learn(denoiser, sampler, share, advantages, weights, WIDE, Kl.NONE);
      assertThat(result.edges()).isEqualTo(1);
      assertThat(result.loss()).as("-rho A w at rho = 1").isEqualTo(0.75);
      assertThat(denoiser.evaluations().trainForward())
          .as("only the batch of the two roots was evaluated")
          .isEqualTo(2);
    }
  }

  @Test
  void clippedEdgesAreCountedAndGiveNoGradient() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      denoiser.theta()[0] += 0.1;
      double[] away =
          IntStream.range(0, share.forest().edges())
              .mapToDouble(edge -> ratioAbove(sampler, share, edge) ? 1 : -1)
              .toArray();
      Arrays.fill(denoiser.gradient(), 0);
      LearnResult result =
          learn(denoiser, sampler, share, away, ones(share), new PpoSurrogate(1e-9), Kl.NONE);
      assertThat(result.clipped()).isEqualTo(share.forest().edges());
      assertThat(denoiser.gradient()).containsOnly(0);
      assertThat(result.approxKlSum()).as("never negative").isPositive();
    }
  }

  /** Every edge carries the penalty of its parent, and its weight. */
  @Test
  void thePenaltyIsTheMeanSquaredDifferenceOverTheVariance() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      // only the additive part differs: mu - mu_ref = b * 0.2 * time / 1000
      PointwiseDenoiser reference =
          new PointwiseDenoiser(ELEMENTS, PointwiseDenoiser.TANH, 0.8, -0.6, 0.1);
      Kl kl = new Kl(new Penalties(0.3, 0, 0), Optional.of(reference));
      LearnResult result =
          learn(
              denoiser, sampler, share, new double[share.forest().edges()], ones(share), WIDE, kl);
      double expected =
          EdgeRecord.of(share).stream()
              .mapToDouble(
                  edge -> {
                    var step = sampler.sdeStep(edge.step());
                    double difference = step.output() * 0.2 * step.timestep() / 1000;
                    return 0.3 * difference * difference / (2 * Math.pow(step.noiseStd(), 2));
                  })
              .sum();
      assertThat(result.klPenalty()).isCloseTo(expected, within(1e-5 * expected));
      assertThat(result.loss()).as("nothing else").isEqualTo(result.klPenalty());
    }
  }

  /** The gradient of a tree is the sum of the gradients of the subtrees it is cut into. */
  @Test
  void subtreesLearnWhatTheWholeTreeLearns() {
    Sampler sampler = Trees.flowSampler(8);
    PointwiseDenoiser parts = PointwiseDenoiser.tanh(ELEMENTS);
    LearnResult whole = learnFrom(denoiser, sampler, "");
    LearnResult sum = LearnResult.ZERO;
    for (String prefix : new String[] {"0.0", "0.1", "1"}) {
      sum = sum.plus(learnFrom(parts, sampler, prefix));
    }
    assertThat(sum.edges()).isEqualTo(whole.edges());
    assertThat(sum.loss()).isCloseTo(whole.loss(), within(1e-12));
    for (int p = 0; p < 3; p++) {
      assertThat(parts.gradient()[p])
          .as("gradient %d", p)
          .isCloseTo(denoiser.gradient()[p], within(1e-6));
    }
  }

  @Test
  void mismatchedArgumentsAreRefused() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      assertThatThrownBy(
              () -> learn(denoiser, sampler, share, new double[1], ones(share), WIDE, Kl.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 advantages, 28 weights and 1 statuses");
    }
    try (GrownShare share = grow(sampler)) {
      double[] few = {1};
      assertThatThrownBy(() -> learn(denoiser, sampler, share, few, few, WIDE, Kl.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("28 edges was given the credit of 1");
    }
    Kl without = new Kl(new Penalties(0.1, 0, 0), Optional.empty());
    try (GrownShare share = grow(sampler)) {
      assertThatThrownBy(
              () -> learn(denoiser, sampler, share, ones(share), ones(share), WIDE, without))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("reference");
    }
  }

  private LearnResult learnFrom(PointwiseDenoiser learner, Sampler sampler, String prefix) {
    Forest forest = Trees.forest(Trees.below(TREE, prefix), 1, "a");
    try (GrownShare share =
        new TreeGrower(learner, sampler, SETTINGS)
            .grow(new RoundKey(5, 1), forest, Trees::conditioning)) {
      double[] advantages =
          EdgeRecord.of(share).stream()
              .mapToDouble(edge -> Math.sin(edge.path().hashCode()))
              .toArray();
      return learn(learner, sampler, share, advantages, ones(share), WIDE, Kl.NONE);
    }
  }

  private boolean ratioAbove(Sampler sampler, GrownShare share, int edge) {
    double[] only = new double[share.forest().edges()];
    Arrays.fill(only, Double.NaN);
    only[edge] = 1;
    return learn(denoiser, sampler, share, only, ones(share), new ReinforceSurrogate(), Kl.NONE)
            .loss()
        < 0;
  }

  /** Holds the gradient that a pass leaves against differences of its loss. */
  private void requireDerivative(DoubleSupplier loss) {
    assertThat(loss.getAsDouble()).as("loss").isFinite();
    double[] gradient = denoiser.gradient().clone();
    for (int p = 0; p < gradient.length; p++) {
      double h = 4e-3;
      double at = denoiser.theta()[p];
      denoiser.theta()[p] = at + h;
      double above = loss.getAsDouble();
      denoiser.theta()[p] = at - h;
      double below = loss.getAsDouble();
      denoiser.theta()[p] = at;
      double difference = (above - below) / (2 * h);
      assertThat(gradient[p])
          .as("dLoss/dtheta[%d]", p)
          .isCloseTo(difference, within(2e-3 * Math.max(0.05, Math.abs(difference))));
    }
  }

  private GrownShare grow(Sampler sampler) {
    return new TreeGrower(denoiser, sampler, SETTINGS)
        .grow(new RoundKey(5, 1), Trees.forest(TREE, 1, "a", "b"), Trees::conditioning);
  }

  /** A penalty and what it is taken against. */
  private record Kl(Penalties penalties, Optional<Denoiser> reference) {
    static final Kl NONE = new Kl(Penalties.NONE, Optional.empty());
  }

  private static LearnResult learn(
      Denoiser denoiser,
      Sampler sampler,
      GrownShare share,
      double[] advantages,
      double[] weights,
      Surrogate surrogate,
      Kl kl) {
    return new LearnLoop(denoiser, kl.reference(), Optional.empty())
        .learn(
            new EdgeLearner(sampler, surrogate, kl.penalties()),
            share,
            Credits.edges(advantages, weights));
  }

  private static Kl kl(double beta) {
    PointwiseDenoiser reference =
        new PointwiseDenoiser(ELEMENTS, PointwiseDenoiser.TANH, 0.7, -0.5, 0.2);
    return beta == 0 ? Kl.NONE : new Kl(new Penalties(beta, 0, 0), Optional.of(reference));
  }

  private static double[] random(GrownShare share, long seed) {
    Random random = new Random(seed);
    return EdgeRecord.of(share).stream().mapToDouble(edge -> random.nextGaussian()).toArray();
  }

  private static double[] ones(GrownShare share) {
    double[] ones = new double[share.forest().edges()];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static void mask(double[] advantages, int... edges) {
    for (int edge : edges) {
      advantages[edge] = Double.NaN;
    }
  }
}
