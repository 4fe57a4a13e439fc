package org.treegrpo.core.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.objective.KlPenalty;
import org.treegrpo.core.objective.PpoSurrogate;
import org.treegrpo.core.objective.ReinforceSurrogate;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.NodePath;
import org.treegrpo.core.tree.ParentBatch;
import org.treegrpo.core.tree.PointwiseDenoiser;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.core.tree.TreeSeed;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.TreeShape;
import org.treegrpo.core.tree.Trees;

class ShareLearnerTest {

  private static final int ELEMENTS = 8;
  private static final int START = 2;
  private static final TreeShape SHAPE = new TreeShape(2, 3);
  private static final TreeSettings SETTINGS = new TreeSettings(SHAPE, RootNoise.SHARED, 3);
  private static final Surrogate WIDE = new PpoSurrogate(0.9);

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  @ParameterizedTest
  @CsvSource({"flow-sde, 0.7", "dance-sde, 0.3", "cps, 0.8", "ddim, 1"})
  void theRatioIsExactlyOneBeforeTheFirstUpdate(String transition, double eta) {
    Sampler sampler = Trees.sampler(8, Steps.named(transition), eta);
    ShareLearner learner = new ShareLearner(denoiser, sampler);
    try (GrownShare share = grow(sampler)) {
      assertThat(learner.maxRatioDeviation(share, Integer.MAX_VALUE)).as("self-check").isZero();
      LearnResult result =
          learner.learn(share, random(share, 1), ones(share), new PpoSurrogate(1e-4), KlTerm.NONE);
      assertThat(result.maxRatioDeviation()).as("max |rho - 1|").isZero();
      assertThat(result.approxKlSum()).as("approximate KL").isZero();
      assertThat(result.clipped()).as("clipped edges").isZero();
      assertThat(result.edges()).isEqualTo(share.edges().size());
    }
  }

  @Test
  void theSelfCheckNoticesChangedWeights() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      denoiser.theta()[0] += 1e-3;
      assertThat(new ShareLearner(denoiser, sampler).maxRatioDeviation(share, 1)).isPositive();
    }
  }

  @Test
  void theSelfCheckCountsParentsAndReplaysWholeBatches() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      List<Integer> rows = share.parentBatches().stream().map(ParentBatch::rows).toList();
      int two = rows.get(0) + rows.get(1);
      assertThat(rows.get(0)).as("a batch holds several parents").isGreaterThan(1);

      assertThat(replayed(sampler, share, 0)).as("none").isZero();
      assertThat(replayed(sampler, share, rows.get(0))).as("a batch").isEqualTo(rows.get(0));
      assertThat(replayed(sampler, share, rows.get(0) + 1)).as("one more").isEqualTo(two);
      assertThat(replayed(sampler, share, Integer.MAX_VALUE))
          .as("all there are")
          .isEqualTo(rows.stream().mapToInt(Integer::intValue).sum());
    }
  }

  private int replayed(Sampler sampler, GrownShare share, int parents) {
    int before = denoiser.calls().size();
    new ShareLearner(denoiser, sampler).maxRatioDeviation(share, parents);
    return denoiser.calls().stream().skip(before).mapToInt(c -> c.latents().length).sum()
        / ELEMENTS;
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
    KlTerm kl = kl(beta);
    try (GrownShare share = grow(sampler)) {
      double[] advantages = random(share, 2);
      double[] weights = Arrays.stream(random(share, 3)).map(Math::abs).toArray();
      mask(advantages, 0, 5, 6, 7, 20);
      denoiser.theta()[0] += 0.02;
      denoiser.theta()[2] -= 0.03;
      loss(sampler, share, advantages, weights, kl);
      double[] gradient = denoiser.gradient().clone();
      for (int p = 0; p < gradient.length; p++) {
        double h = 4e-3;
        double at = denoiser.theta()[p];
        denoiser.theta()[p] = at + h;
        double above = loss(sampler, share, advantages, weights, kl);
        denoiser.theta()[p] = at - h;
        double below = loss(sampler, share, advantages, weights, kl);
        denoiser.theta()[p] = at;
        double difference = (above - below) / (2 * h);
        assertThat(gradient[p])
            .as("dLoss/dtheta[%d]", p)
            .isCloseTo(difference, within(2e-3 * Math.max(0.05, Math.abs(difference))));
      }
    }
  }

  @Test
  void theFirstUpdateIsReinforce() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      PointwiseDenoiser other = PointwiseDenoiser.tanh(ELEMENTS);
      new ShareLearner(denoiser, sampler)
          .learn(share, random(share, 4), ones(share), new PpoSurrogate(1e-4), KlTerm.NONE);
      new ShareLearner(other, sampler)
          .learn(share, random(share, 4), ones(share), new ReinforceSurrogate(), KlTerm.NONE);
      assertThat(denoiser.gradient()).isEqualTo(other.gradient());
      assertThat(Arrays.stream(denoiser.gradient()).map(Math::abs).sum()).isPositive();
    }
  }

  @Test
  void trainingCostsOneForwardAParent() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      LearnResult result =
          new ShareLearner(denoiser, sampler)
              .learn(share, random(share, 5), ones(share), WIDE, KlTerm.NONE);
      assertThat(denoiser.evaluations().trainForward()).isEqualTo(2L * SHAPE.parents());
      assertThat(denoiser.evaluations().trainBackward()).isEqualTo(2L * SHAPE.parents());
      assertThat(result.parents()).isEqualTo(2L * SHAPE.parents());
    }
  }

  @Test
  void maskedEdgesAreNotReadAndFullyMaskedBatchesAreSkipped() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      double[] advantages = new double[share.edges().size()];
      double[] weights = new double[advantages.length];
      Arrays.fill(advantages, Double.NaN);
      Arrays.fill(weights, Double.NaN);
      ShareLearner learner = new ShareLearner(denoiser, sampler);
      assertThat(learner.learn(share, advantages, weights, WIDE, KlTerm.NONE))
          .as("nothing to learn")
          .isEqualTo(LearnResult.ZERO);
      advantages[1] = -1.5;
      weights[1] = 0.5;
      LearnResult result = learner.learn(share, advantages, weights, WIDE, KlTerm.NONE);
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
          IntStream.range(0, share.edges().size())
              .mapToDouble(edge -> ratioAbove(sampler, share, edge) ? 1 : -1)
              .toArray();
      Arrays.fill(denoiser.gradient(), 0);
      LearnResult result =
          new ShareLearner(denoiser, sampler)
              .learn(share, away, ones(share), new PpoSurrogate(1e-9), KlTerm.NONE);
      assertThat(result.clipped()).isEqualTo(share.edges().size());
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
      KlTerm kl = new KlTerm(new KlPenalty(0.3), Optional.of(reference));
      LearnResult result =
          new ShareLearner(denoiser, sampler)
              .learn(share, new double[share.edges().size()], ones(share), WIDE, kl);
      double expected =
          share.edges().stream()
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
  void anOutputThatIsNotFiniteIsReported() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      denoiser.theta()[0] = Double.NaN;
      ShareLearner learner = new ShareLearner(denoiser, sampler);
      assertThatThrownBy(() -> learner.maxRatioDeviation(share, 1))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("edge '0' of seed 0 at step 2")
          .hasMessageContaining("not finite");
    }
  }

  @Test
  void mismatchedArgumentsAreRefused() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      ShareLearner learner = new ShareLearner(denoiser, sampler);
      assertThatThrownBy(() -> learner.learn(share, new double[1], ones(share), WIDE, KlTerm.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("28 edges was given 1 advantages");
    }
    assertThatThrownBy(() -> new KlTerm(new KlPenalty(0.1), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference");
  }

  private LearnResult learnFrom(PointwiseDenoiser learner, Sampler sampler, String prefix) {
    TreeSeed seed = new TreeSeed("a", 0, NodePath.parse(prefix), Trees.conditioning("a"));
    try (GrownShare share =
        new TreeGrower(learner, sampler, SETTINGS).grow(new RoundKey(5, 1, START), List.of(seed))) {
      double[] advantages =
          share.edges().stream().mapToDouble(edge -> Math.sin(edge.path().hashCode())).toArray();
      return new ShareLearner(learner, sampler)
          .learn(share, advantages, ones(share), WIDE, KlTerm.NONE);
    }
  }

  private boolean ratioAbove(Sampler sampler, GrownShare share, int edge) {
    double[] only = new double[share.edges().size()];
    Arrays.fill(only, Double.NaN);
    only[edge] = 1;
    return new ShareLearner(denoiser, sampler)
            .learn(share, only, ones(share), new ReinforceSurrogate(), KlTerm.NONE)
            .loss()
        < 0;
  }

  private double loss(
      Sampler sampler, GrownShare share, double[] advantages, double[] weights, KlTerm kl) {
    return new ShareLearner(denoiser, sampler).learn(share, advantages, weights, WIDE, kl).loss();
  }

  private GrownShare grow(Sampler sampler) {
    return new TreeGrower(denoiser, sampler, SETTINGS)
        .grow(new RoundKey(5, 1, START), Trees.seeds(1, "a", "b"));
  }

  private static KlTerm kl(double beta) {
    PointwiseDenoiser reference =
        new PointwiseDenoiser(ELEMENTS, PointwiseDenoiser.TANH, 0.7, -0.5, 0.2);
    return beta == 0 ? KlTerm.NONE : new KlTerm(new KlPenalty(beta), Optional.of(reference));
  }

  private static double[] random(GrownShare share, long seed) {
    Random random = new Random(seed);
    return share.edges().stream().mapToDouble(edge -> random.nextGaussian()).toArray();
  }

  private static double[] ones(GrownShare share) {
    double[] ones = new double[share.edges().size()];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static void mask(double[] advantages, int... edges) {
    for (int edge : edges) {
      advantages[edge] = Double.NaN;
    }
  }
}
