package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.credit.Credits;
import org.treegrpo.core.learn.EdgeLearner;
import org.treegrpo.core.learn.LearnLoop;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.PpoSurrogate;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.tree.PointwiseDenoiser.Response;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

/**
 * On a linear-Gaussian chain with a quadratic reward, centred leaf rewards and uniform backup, the
 * expected gradient at depth j is (1 - k^-j) times the true one (ALGORITHMS.md section 5, oracle
 * 7).
 *
 * <p>The expectation is exact: every monomial in the estimator has degree at most 3 in each noise,
 * and z = +-1 with probability 1/2 has the Gaussian's first three moments, so the mean over all 2^E
 * trees with such noise is the mean over Gaussian trees.
 */
class GradientOracleTest {

  private static final int STEPS = 6;
  private static final int START = 1;
  private static final double ROOT = 0.7;
  private static final double TARGET = 1;

  private final Sampler sampler = Trees.flowSampler(STEPS);

  /** out = gain_t x + offset_t: parameters 2 t and 2 t + 1. */
  private final Response linear =
      new Response() {
        @Override
        public double value(double[] theta, double x, double time, double condition) {
          int t = step(time);
          return theta[2 * t] * x + theta[2 * t + 1];
        }

        @Override
        public double slope(
            double[] theta, int parameter, double x, double time, double condition) {
          if (parameter / 2 != step(time)) {
            return 0;
          }
          return parameter % 2 == 0 ? x : 1;
        }
      };

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 2", "2, 3", "3, 1", "3, 2", "4, 1"})
  void theTreeGradientIsAKnownFractionOfTheTrueOne(int branching, int width) {
    Topology tree = Trees.topology(STEPS, START, branching, width);
    int trees = 1 << tree.edges();
    double[] theta = new double[2 * STEPS];
    for (int t = 0; t < STEPS; t++) {
      theta[2 * t] = 0.4 - 0.15 * t;
      theta[2 * t + 1] = -0.3 + 0.2 * t;
    }
    PointwiseDenoiser denoiser = new PointwiseDenoiser(1, linear, theta);
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, 4096);
    TreeGrower grower = new TreeGrower(denoiser, sampler, settings, key -> new Signs(branching));
    try (GrownShare share =
        grower.grow(new RoundKey(1, 1), Trees.forest(tree, trees, "a"), Trees::conditioning)) {
      double[] advantages = advantages(share, tree);
      double[] weights =
          EdgeRecord.of(share).stream()
              .mapToDouble(edge -> 1.0 / trees / tree.nodesAt(edge.depth()))
              .toArray();
      new LearnLoop(denoiser, Optional.empty(), Optional.empty())
          .learn(
              new EdgeLearner(sampler, new PpoSurrogate(1e-4), Penalties.NONE),
              share,
              Credits.edges(advantages, weights));
    }
    for (int depth = 1; depth <= width; depth++) {
      double fraction = 1 - Math.pow(branching, -depth);
      for (int kind = 0; kind < 2; kind++) {
        int parameter = 2 * (START + depth - 1) + kind;
        double truth = trueGradient(theta, parameter, width);
        assertThat(-denoiser.gradient()[parameter] / truth)
            .as("share of the true gradient at depth %d, parameter %d", depth, kind)
            .isCloseTo(fraction, within(1e-4));
      }
    }
  }

  /** Centred within the tree; a node's value is the mean over its leaves. */
  private static double[] advantages(GrownShare share, Topology tree) {
    int leaves = tree.leaves();
    List<LeafRecord> records = LeafRecord.of(share);
    Map<String, Double> values = new HashMap<>();
    for (int i = 0; i < records.size(); i++) {
      LeafRecord leaf = records.get(i);
      double miss = share.leafLatents()[i] - TARGET;
      for (int depth = 0; depth <= tree.schedule().depths(); depth++) {
        double portion = -miss * miss * tree.nodesAt(depth) / leaves;
        values.merge(key(leaf.seed(), ancestor(leaf.path(), depth)), portion, Double::sum);
      }
    }
    return EdgeRecord.of(share).stream()
        .mapToDouble(
            edge ->
                values.get(key(edge.seed(), edge.path()))
                    - values.get(key(edge.seed(), NodePath.ROOT)))
        .toArray();
  }

  private static NodePath ancestor(NodePath path, int depth) {
    NodePath node = path;
    while (node.depth() > depth) {
      node = node.parent();
    }
    return node;
  }

  private static String key(int seed, NodePath path) {
    return seed + ":" + path;
  }

  private double trueGradient(double[] theta, int parameter, int width) {
    double h = 1e-4;
    double[] moved = theta.clone();
    moved[parameter] = theta[parameter] + h;
    double above = expectedReward(moved, width);
    moved[parameter] = theta[parameter] - h;
    return (above - expectedReward(moved, width)) / (2 * h);
  }

  /** E[-(x_T - target)^2] by the affine recursion of mean and variance. */
  private double expectedReward(double[] theta, int width) {
    double mean = ROOT;
    double variance = 0;
    for (int t = 0; t < STEPS; t++) {
      boolean stochastic = t >= START && t < START + width;
      AffineStep step = stochastic ? sampler.sdeStep(t) : Steps.ode(sampler, t);
      double gain = step.latent() + step.output() * theta[2 * t];
      mean = gain * mean + step.output() * theta[2 * t + 1];
      variance = gain * gain * variance + step.noiseStd() * step.noiseStd();
    }
    return -variance - (mean - TARGET) * (mean - TARGET);
  }

  private int step(double time) {
    for (int t = 0; t < STEPS; t++) {
      if (Steps.ode(sampler, t).timestep() == (float) time) {
        return t;
      }
    }
    throw new IllegalArgumentException("no step at model time " + time);
  }

  /** Tree n has the signs of n's bits, one bit an edge. */
  private record Signs(int branching) implements NodeNoise {

    @Override
    public void root(String promptId, int tree, float[] target, int offset, int length) {
      target[offset] = (float) ROOT;
    }

    @Override
    public void step(String promptId, int tree, NodePath child, float[] target) {
      int index = 0;
      for (int i : child.indices()) {
        index = index * branching + i + 1;
      }
      target[0] = (tree >>> (index - 1) & 1) == 0 ? -1 : 1;
    }

    @Override
    public void leaf(
        long purpose, int draw, String promptId, int tree, NodePath leaf, float[] target) {
      throw new UnsupportedOperationException("edges are learned from");
    }
  }
}
