package org.treegrpo.core.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.base.Services;
import org.treegrpo.core.credit.Credits;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.objective.LeafWeighting;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.PpoSurrogate;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.PointwiseDenoiser;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.Trees;

class LeafLearnerTest {

  private static final int ELEMENTS = 5;
  private static final int STEPS = 8;
  private static final Topology TREE = Trees.topology(STEPS, 2, 2, 2);
  private static final Forest FOREST = Trees.forest(TREE, 1, "a", "b");
  private static final Sampler SAMPLER = Trees.flowSampler(STEPS);
  private static final double CLAMP = 5;

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  private static LearnContext context(int draws, LeafWeighting weighting, Penalties penalties) {
    return new LearnContext(
        new RoundKey(5, 1),
        SAMPLER,
        new PpoSurrogate(0.5),
        0.5,
        CLAMP,
        penalties,
        new LeafSettings(draws, weighting, 0.7),
        3,
        2,
        1,
        LeafLearnerTest::treeIndex);
  }

  private static int treeIndex(TreeSeed seed) {
    return seed.promptId().equals("a") ? 0 : 1;
  }

  private static Learner learner(String name, LearnContext context) {
    return Services.find(LearnerFactory.class, name).orElseThrow().create(context);
  }

  private GrownShare grow() {
    return new TreeGrower(denoiser, SAMPLER, new TreeSettings(RootNoise.SHARED, 3))
        .grow(new RoundKey(5, 1), FOREST, Trees::conditioning);
  }

  private static ShareCredit credit(GrownShare share, long seed) {
    Random random = new Random(seed);
    int leaves = share.forest().leaves();
    double[] advantages = random.doubles(leaves, -CLAMP, CLAMP).toArray();
    double[] weights = random.doubles(leaves, 0.1, 1).toArray();
    return new ShareCredit(
        Credits.of(new double[0], new double[0]), Credits.of(advantages, weights));
  }

  @Test
  void learnersAreFoundByName() {
    assertThat(Services.names(LearnerFactory.class))
        .as("names")
        .containsExactly("awm", "diffusion-nft", "edges");
  }

  /** ALGORITHMS.md section 3.2: 2 A (v - v*) / D, by hand from the batch's own numbers. */
  @ParameterizedTest
  @EnumSource(LeafWeighting.class)
  void awmsFirstGradientIsTheWeightedMatchingError(LeafWeighting weighting) {
    try (GrownShare share = grow()) {
      ShareCredit credit = credit(share, 1);
      Learner learner = learner("awm", context(2, weighting, Penalties.NONE));
      int[] row = {0};
      learner
          .batches(share, credit)
          .limit(3) // a draw of 8 leaves, 3 at a time
          .forEach(
              batch -> {
                double t = batch.timestep() / 1000;
                float[] output = predict(batch);
                float[] cotangent =
                    batch.cotangent(new LearnBatch.Outputs(output, new float[0], output));
                double factor =
                    switch (weighting) {
                      case UNIFORM -> 1;
                      case TIME -> t;
                      case TIME_SQUARED -> t * t;
                    };
                for (int i = 0; i < output.length; i++) {
                  int leaf = row[0] + i / ELEMENTS;
                  double x0 = share.leafLatents()[leaf * ELEMENTS + i % ELEMENTS];
                  double target = (batch.latents()[i] - x0) / t; // eps - x0
                  double advantage = credit.leaves().advantages()[leaf] / CLAMP;
                  double weight = credit.leaves().weights()[leaf] / 2;
                  assertThat((double) cotangent[i])
                      .as("leaf %d, element %d", leaf, i % ELEMENTS)
                      .isCloseTo(
                          weight * factor * 2 * advantage * (output[i] - target) / ELEMENTS,
                          within(2e-5));
                }
                row[0] += batch.conditioning().size();
                assertThat(batch.result().maxRatioDeviation()).as("ratio 1").isZero();
              });
      assertThat(row[0]).as("all leaves").isEqualTo(8);
    }
  }

  /** ALGORITHMS.md section 3.2: 2 t^2 (2 r - 1) (v_old - v*) / w at theta = old. */
  @Test
  void nftsFirstGradientIsItsClosedForm() {
    try (GrownShare share = grow()) {
      ShareCredit credit = credit(share, 2);
      Learner learner = learner("diffusion-nft", context(1, LeafWeighting.UNIFORM, Penalties.NONE));
      LearnBatch batch = learner.batches(share, credit).findFirst().orElseThrow();
      double t = batch.timestep() / 1000;
      float[] output = predict(batch);
      float[] cotangent = batch.cotangent(new LearnBatch.Outputs(output, new float[0], output));
      for (int row = 0; row < 3; row++) {
        double[] errors = new double[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
          int at = row * ELEMENTS + i;
          double target = (batch.latents()[at] - share.leafLatents()[at]) / t;
          errors[i] = output[at] - target;
        }
        double w = Arrays.stream(errors).map(e -> Math.abs(t * e)).average().orElseThrow();
        double pull = credit.leaves().advantages()[row] / CLAMP; // 2 r - 1
        for (int i = 0; i < ELEMENTS; i++) {
          assertThat((double) cotangent[row * ELEMENTS + i])
              .as("leaf %d, element %d", row, i)
              .isCloseTo(
                  credit.leaves().weights()[row] * 2 * t * t * pull * errors[i] / w / ELEMENTS,
                  within(2e-5));
        }
      }
      assertThat(batch.result().oldGapSum()).as("the policies are one").isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.3, 0.2"})
  void theGradientIsTheDerivativeOfTheLoss(double velocityKl, double normGuard) {
    Penalties penalties = new Penalties(0, velocityKl, normGuard);
    try (GrownShare share = grow()) {
      denoiser.theta()[0] += 0.05;
      Learner learner = learner("awm", context(2, LeafWeighting.TIME, penalties));
      assertDerivative(learner, share, credit(share, 3), Optional.of(other(0.8)));
    }
  }

  /** Credit of which nothing is trained. */
  private static ShareCredit nothing(GrownShare share) {
    int edges = share.forest().edges();
    return new ShareCredit(
        Credits.of(nan(edges), new double[edges]), Credits.of(nan(8), new double[8]));
  }

  @Test
  void theLateAnchorHoldsTheStepsAfterTheWindowOnly() {
    LearnContext context = context(1, LeafWeighting.UNIFORM, Penalties.NONE);
    try (GrownShare share = grow()) {
      ShareCredit none = nothing(share);
      Learner anchor = new LateAnchor(learner("edges", context), context, 0.3, 5, STEPS);
      List<? extends LearnBatch> batches = anchor.batches(share, none).toList();
      assertThat(batches.stream().mapToDouble(LearnBatch::timestep).distinct().toArray())
          .as("the times of steps 4 to 7; the window is 2 and 3")
          .containsExactly(
              IntStream.range(4, STEPS).mapToDouble(t -> SAMPLER.sdeStep(t).timestep()).toArray());
      for (int step = 4; step < STEPS; step++) {
        float time = SAMPLER.sdeStep(step).timestep();
        assertThat(
                batches.stream()
                    .filter(batch -> batch.timestep() == time)
                    .mapToInt(batch -> batch.conditioning().size())
                    .sum())
            .as("leaves at step %d", step)
            .isEqualTo(5);
      }
      denoiser.theta()[1] -= 0.1;
      LearnResult result = assertDerivative(anchor, share, none, Optional.empty());
      assertThat(result.outputPenalties()).as("all of the loss").isEqualTo(result.loss());
      assertThat(result.parents()).as("training forwards").isEqualTo(20);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 7", "3, 5", "4, 4", "5, 4", "8, 4"})
  void theLateAnchorHoldsTheLastStepsAndNoneOfTheWindow(int steps, int first) {
    LearnContext context = context(1, LeafWeighting.UNIFORM, Penalties.NONE);
    try (GrownShare share = grow()) {
      ShareCredit none = nothing(share);
      assertThat(
              new LateAnchor(learner("edges", context), context, 0.3, 5, steps)
                  .batches(share, none)
                  .mapToDouble(LearnBatch::timestep)
                  .distinct()
                  .toArray())
          .as("the last %d of 8 steps; the window is 2 and 3", steps)
          .containsExactly(
              IntStream.range(first, STEPS)
                  .mapToDouble(t -> SAMPLER.sdeStep(t).timestep())
                  .toArray());
    }
  }

  /** Beta times the mean over the anchored rows: a shift of every output by c costs beta c^2. */
  @Test
  void theAnchorIsAMeanOverItsRows() {
    LearnContext context = context(1, LeafWeighting.UNIFORM, Penalties.NONE);
    try (GrownShare share = grow()) {
      PointwiseDenoiser.Response constant = constant();
      LearnLoop loop =
          new LearnLoop(
              new PointwiseDenoiser(ELEMENTS, constant, 0.7),
              Optional.of(new PointwiseDenoiser(ELEMENTS, constant, 0.2)),
              Optional.empty());
      Learner edges = learner("edges", context);
      ShareCredit none = nothing(share);
      for (int rows : new int[] {1, 5, 8, 100}) {
        assertThat(loop.learn(new LateAnchor(edges, context, 0.3, rows, 2), share, none).loss())
            .as("%d rows a step", rows)
            .isCloseTo(0.3 * 0.25, within(1e-6));
      }
    }
  }

  /** Every part of (0, 1] holds one of the round's times, and another one each round. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 9})
  void timesAreStratifiedAndDrawnByRound(int draws) {
    Set<Float> seen = new HashSet<>();
    try (GrownShare share = grow()) {
      Learner learner = learner("awm", context(draws, LeafWeighting.UNIFORM, Penalties.NONE));
      List<Float> times =
          learner.batches(share, credit(share, 1)).map(LearnBatch::timestep).distinct().toList();
      assertThat(times).as("times").hasSize(draws);
      for (int draw = 0; draw < draws; draw++) {
        assertThat((double) times.get(draw))
            .as("draw %d", draw)
            .isGreaterThan(1000.0 * draw / draws)
            .isLessThanOrEqualTo(1000.0 * (draw + 1) / draws);
        assertThat(seen.add(times.get(draw))).as("another time").isTrue();
      }
    }
  }

  @Test
  void onlyTrainedLeavesAreEvaluated() {
    try (GrownShare share = grow()) {
      double[] advantages = nan(8);
      advantages[6] = 1;
      double[] weights = new double[8];
      Arrays.fill(weights, 1);
      ShareCredit one =
          new ShareCredit(
              Credits.of(new double[0], new double[0]), Credits.of(advantages, weights));
      Learner learner = learner("awm", context(4, LeafWeighting.UNIFORM, Penalties.NONE));
      LearnResult result =
          new LearnLoop(denoiser, Optional.empty(), Optional.empty()).learn(learner, share, one);
      assertThat(result.parents()).as("a row for each time").isEqualTo(4);
      assertThat(learner.needs(Need.LEAVES)).as("reads the leaves").isTrue();
      assertThat(learner.needs(Need.REFERENCE)).as("no penalty, no base").isFalse();
    }
  }

  private LearnResult assertDerivative(
      Learner learner, GrownShare share, ShareCredit credit, Optional<Denoiser> old) {
    LearnLoop loop = new LearnLoop(denoiser, Optional.of(other(0.5)), old);
    Arrays.fill(denoiser.gradient(), 0);
    LearnResult result = loop.learn(learner, share, credit);
    double[] gradient = denoiser.gradient().clone();
    for (int p = 0; p < gradient.length; p++) {
      double h = 4e-3;
      double at = denoiser.theta()[p];
      denoiser.theta()[p] = at + h;
      double above = loop.learn(learner, share, credit).loss();
      denoiser.theta()[p] = at - h;
      double below = loop.learn(learner, share, credit).loss();
      denoiser.theta()[p] = at;
      double difference = (above - below) / (2 * h);
      assertThat(gradient[p])
          .as("dLoss/dtheta[%d]", p)
          .isCloseTo(difference, within(4e-3 * Math.max(0.05, Math.abs(difference))));
    }
    return result;
  }

  private static Denoiser other(double first) {
    return new PointwiseDenoiser(ELEMENTS, PointwiseDenoiser.TANH, first, -0.6, 0.3);
  }

  /** theta_0, whatever the input. */
  private static PointwiseDenoiser.Response constant() {
    return new PointwiseDenoiser.Response() {
      @Override
      public double value(double[] theta, double x, double time, double condition) {
        return theta[0];
      }

      @Override
      public double slope(double[] theta, int parameter, double x, double time, double condition) {
        return 1;
      }
    };
  }

  private static double[] nan(int length) {
    double[] values = new double[length];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  private float[] predict(LearnBatch batch) {
    float[] output = new float[batch.latents().length];
    denoiser.predict(batch.latents(), batch.timestep(), batch.conditioning(), output);
    return output;
  }
}
