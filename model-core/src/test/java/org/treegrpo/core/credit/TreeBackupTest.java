package org.treegrpo.core.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.Golden;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;

class TreeBackupTest {

  /** Of the softmax over paths, with which a node weighs its children by what lies below. */
  private static final double BETA = 0.7;

  private static final double NAN = Double.NaN;

  @ParameterizedTest
  @CsvSource({"edge_adv_softmax_logp, SOFTMAX_MEAN_LOGP", "edge_adv_uniform, UNIFORM"})
  void edgesEqualTheGoldenNumbers(String name, Backup mode) {
    JsonNode golden = Golden.at("/tree");
    double[][] rewards =
        Arrays.stream(Golden.doubles(golden.get("leaf_rewards")))
            .mapToObj(reward -> new double[] {reward})
            .toArray(double[][]::new);
    AdvantageSettings settings =
        Credits.settings(
            Aggregation.NORMALISE_THEN_SUM,
            StdScope.GROUP,
            golden.get("std_ddof").asInt(),
            golden.get("eps").asDouble(),
            5,
            mode);
    double[][] edges =
        backup(
            golden.get("k").asInt(),
            golden.get("w").asInt(),
            new GroupNormalised(settings, new RewardWeights(new double[] {1}))
                .round(List.<double[][]>of(rewards))
                .groups()
                .get(0),
            byDepth(golden.get("edge_logp_by_depth")),
            settings.backup());
    double[][] expected = byDepth(golden.get(name));
    assertThat(edges).as("depths").hasNumberOfRows(expected.length);
    for (int row = 0; row < expected.length; row++) {
      assertThat(edges[row])
          .as("%s, depth %d", name, row + 1)
          .containsExactly(expected[row], within(1e-12));
    }
  }

  @Property(tries = 200)
  void siblingWeightsAreAPartitionOfOne(
      @ForAll @IntRange(min = 1, max = 6) int k, @ForAll long seed) {
    Random random = new Random(seed);
    double[] scores = random.doubles(k, -900, 900).toArray();
    int masked = random.nextInt(k);
    if (k > 1) {
      scores[masked] = Double.NEGATIVE_INFINITY;
    }
    double[] weights = TreeBackup.siblingWeights(scores);
    assertThat(Arrays.stream(weights).sum()).as("sum").isCloseTo(1, within(1e-12));
    assertThat(Arrays.stream(weights).min().orElseThrow()).as("least").isNotNegative();
    if (k > 1) {
      assertThat(weights[masked]).as("weight of a masked sibling").isZero();
    }
  }

  @Property(tries = 200)
  void edgesLieWithinTheirLeaves(@ForAll long seed, @ForAll Backup mode) {
    Tree tree = Tree.random(seed);
    double[][] edges = tree.backup(mode);
    for (int row = 0; row < tree.w; row++) {
      int span = tree.leaves.length / edges[row].length;
      for (int edge = 0; edge < edges[row].length; edge++) {
        double[] below = Arrays.copyOfRange(tree.leaves, edge * span, (edge + 1) * span);
        assertThat(edges[row][edge])
            .as("edge %d of depth %d", edge, row + 1)
            .isBetween(
                Arrays.stream(below).min().orElseThrow() - 1e-12,
                Arrays.stream(below).max().orElseThrow() + 1e-12);
      }
    }
  }

  @Property(tries = 200)
  void uniformDepthsOfACentredGroupSumToZero(@ForAll long seed) {
    Tree tree = Tree.random(seed);
    double mean = Arrays.stream(tree.leaves).average().orElseThrow();
    Arrays.setAll(tree.leaves, leaf -> tree.leaves[leaf] - mean);
    for (double[] depth : tree.backup(Backup.UNIFORM)) {
      assertThat(Arrays.stream(depth).sum()).as("sum").isCloseTo(0, within(1e-11));
    }
  }

  @Property(tries = 200)
  void permutingSiblingsPermutesOnly(@ForAll long seed, @ForAll Backup mode) {
    Tree tree = Tree.random(seed);
    double[][] expected = tree.backup(mode);
    // Reversing the children of every node reverses each depth.
    Tree reversed = new Tree(tree.k, tree.w, reverse(tree.leaves), tree.logProbs.clone());
    Arrays.setAll(reversed.logProbs, row -> reverse(tree.logProbs[row]));
    double[][] edges = reversed.backup(mode);
    for (int row = 0; row < tree.w; row++) {
      assertThat(edges[row])
          .as("depth %d", row + 1)
          .containsExactly(reverse(expected[row]), within(1e-12));
    }
  }

  @Property(tries = 50)
  void singleChildrenPassTheirValueThrough(
      @ForAll @IntRange(min = 1, max = 5) int w, @ForAll long seed, @ForAll Backup mode) {
    Tree tree = Tree.random(1, w, seed);
    for (double[] depth : tree.backup(mode)) {
      assertThat(depth).as("unchanged to the bit").containsExactly(tree.leaves);
    }
  }

  @Property(tries = 200)
  void aLeafIsTheRootPlusTheStepsOfItsPath(@ForAll long seed, @ForAll Backup mode) {
    Assume.that(mode != Backup.SOFTMAX_PATH_LOGP); // weighs leaves, not siblings
    Tree tree = Tree.random(seed);
    double[][] edges = tree.backup(mode);
    for (int leaf = 0; leaf < tree.leaves.length; leaf++) {
      double root = tree.nodeValue(edges, 0, 0, mode);
      double value = root;
      for (int depth = 1; depth <= tree.w; depth++) {
        int node = leaf / (int) Math.pow(tree.k, tree.w - depth);
        value += edges[depth - 1][node] - tree.nodeValue(edges, depth - 1, node / tree.k, mode);
      }
      assertThat(value).as("leaf %d", leaf).isCloseTo(tree.leaves[leaf], within(1e-10));
    }
  }

  @Test
  void maskedLeavesLeaveTheirSiblingsWeightsToTheOthers() {
    double[] leaves = {NAN, NAN, 1, 4, NAN, -1, NAN, 2, 5};
    double[][] logProbs = {{0, 0, Math.log(3)}, {9, 9, 0, 9, 9, 0, 9, Math.log(2), Math.log(4)}};
    double[][] softmax = backup(3, 2, leaves, logProbs, Backup.SOFTMAX_MEAN_LOGP);
    assertThat(softmax[0][0]).as("one unmasked leaf").isEqualTo(1);
    assertThat(softmax[0][1]).as("weights by log-prob").isBetween(3.99, 4.0);
    assertThat(softmax[0][2]).as("(2 2 + 4 5) / 6").isCloseTo(4, within(1e-12));
    double[][] uniform = backup(3, 2, leaves, logProbs, Backup.UNIFORM);
    assertThat(uniform[0])
        .as("means of the unmasked")
        .containsExactly(new double[] {1, 1.5, 3.5}, within(1e-12));
    assertThat(uniform[1]).as("leaf edges").containsExactly(leaves);
  }

  @Test
  void anEdgeAboveMaskedLeavesOnlyIsMaskedAndLeftOut() {
    double[] leaves = {NAN, NAN, 1, 2, 3, 4, 5, 6};
    double[][] logProbs = {new double[2], new double[4], new double[8]};
    logProbs[2][0] = NAN;
    double[][] edges = backup(2, 3, leaves, logProbs, Backup.SOFTMAX_MEAN_LOGP);
    assertThat(edges[1]).as("depth 2").containsExactly(NAN, 1.5, 3.5, 5.5);
    assertThat(edges[0]).as("depth 1 without the masked edge").containsExactly(1.5, 4.5);
  }

  @Test
  void summedLogProbsPickOneChild() {
    double[][] logProbs = {{-1000, -1200, -900}};
    double[][] edges = backup(3, 1, new double[] {1, 2, 3}, logProbs, Backup.SOFTMAX_SUM_LOGP);
    assertThat(edges[0]).as("depth 1 is the leaves").containsExactly(1, 2, 3);
    assertThat(TreeBackup.siblingWeights(logProbs[0]))
        .as("one-hot without overflow")
        .containsExactly(new double[] {0, 0, 1}, within(1e-40));
  }

  /**
   * The share of its own true gradient that an edge receives is linear in the rewards: it is the
   * advantage of the edge if the reward is 1 below it and 0 elsewhere.
   */
  @Property(tries = 100)
  void depthCorrectionRestoresTheFullGradient(
      @ForAll @IntRange(min = 1, max = 4) int k,
      @ForAll @IntRange(min = 1, max = 3) int w,
      @ForAll @IntRange(min = 1, max = 3) int trees,
      @ForAll @IntRange(min = 1, max = 3) int depthOrLess) {
    int depth = Math.min(depthOrLess, w);
    if (k == 1 && trees == 1) {
      return;
    }
    int leaves = (int) Math.pow(k, w);
    int below = (int) Math.pow(k, w - depth);
    double mean = below / (double) (leaves * trees);
    double[] advantage = IntStream.range(0, leaves).mapToDouble(l -> l < below ? 1 : 0).toArray();
    Arrays.setAll(advantage, leaf -> advantage[leaf] - mean);
    double[][] edges = new Tree(k, w, advantage, Tree.zeros(k, w)).backup(Backup.UNIFORM);
    assertThat(edges[depth - 1][0])
        .as("1 - k^-j / n before the correction")
        .isCloseTo(1 - Math.pow(k, -depth) / trees, within(1e-12));
    assertThat(correctDepth(edges, k, trees)[depth - 1][0])
        .as("after it")
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void depthCorrectionOfOneTreeIsThatOfTheGradientOracle() {
    assertThat(TreeBackup.depthFactor(schedule(3, 2), 2, 1)).as("1 - k^-j").isEqualTo(1 - 1.0 / 9);
    assertThat(TreeBackup.depthFactor(schedule(1, 1), 1, 8))
        .as("flat: 1 - 1/G")
        .isEqualTo(1 - 1.0 / 8);
    assertThatThrownBy(() -> TreeBackup.depthFactor(schedule(1, 3), 3, 1))
        .as("a group of one leaf")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("depth-correction needs a group of two leaves");
  }

  /** BranchGRPO's fusion, from its definition: a softmax over all leaves below a node. */
  @Property(tries = 50)
  void pathSoftmaxWeighsAllLeavesBelowANode(
      @ForAll @IntRange(min = 1, max = 3) int k,
      @ForAll @IntRange(min = 1, max = 3) int w,
      @ForAll long seed) {
    Tree tree = Tree.random(k, w, seed);
    double[][] edges = tree.backup(Backup.SOFTMAX_PATH_LOGP);
    for (int depth = 1; depth <= w; depth++) {
      int below = (int) Math.pow(k, w - depth);
      for (int node = 0; node < edges[depth - 1].length; node++) {
        double sum = 0;
        double value = 0;
        for (int leaf = node * below; leaf < (node + 1) * below; leaf++) {
          double path = 0;
          for (int at = depth + 1; at <= w; at++) {
            path += tree.logProbs[at - 1][leaf / (int) Math.pow(k, w - at)];
          }
          sum += Math.exp(BETA * path);
          value += Math.exp(BETA * path) * tree.leaves[leaf];
        }
        assertThat(edges[depth - 1][node])
            .as("depth %d, node %d", depth, node)
            .isCloseTo(value / sum, within(1e-9));
      }
    }
  }

  @Test
  void depthZScoresAreOfTheDepthAndASingleNodeHasNone() {
    Topology tree = Topology.of(new BranchSchedule(3, 0, List.of(1, 2, 2)));
    double[] fused = {2.5, 2.5, 1.5, 3.5, 1, 2, 3, 4};
    double[] scores =
        TreeBackup.normaliseDepths(
            tree,
            fused,
            Credits.settings(
                Aggregation.NORMALISE_THEN_SUM, StdScope.GROUP, 0, 0, 1.2, Backup.UNIFORM));
    double std = Math.sqrt(1.25);
    assertThat(Arrays.copyOfRange(scores, 1, 8))
        .as("a single node, two, and four of which the outer ones are clamped")
        .containsExactly(new double[] {0, -1, 1, -1.2, -0.5 / std, 0.5 / std, 1.2}, within(1e-12));
  }

  @Test
  void refusesArraysThatDoNotFitTheShape() {
    double[][] logProbs = Tree.zeros(2, 2);
    assertThatThrownBy(() -> backup(2, 2, new double[3], logProbs, Backup.UNIFORM))
        .as("leaves")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaf advantages: 3, but the tree's shape needs 4");
    assertThatThrownBy(
            () -> backup(2, 2, new double[4], new double[][] {new double[2]}, Backup.UNIFORM))
        .as("log-probs")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("edge log-probs: 3, but the tree's shape needs 7");
    logProbs[1][3] = NAN;
    assertThatThrownBy(() -> backup(2, 2, new double[4], logProbs, Backup.SOFTMAX_MEAN_LOGP))
        .as("log pi_old of an unmasked edge")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be finite");
  }

  private static BranchSchedule schedule(int k, int w) {
    return BranchSchedule.window(w, 0, k, w);
  }

  /** By depth, as the formulas are written. */
  private static double[][] backup(
      int k, int w, double[] leaves, double[][] logProbs, Backup mode) {
    Topology tree = Topology.of(schedule(k, w));
    return byDepth(tree, TreeBackup.backup(tree, leaves, byNode(logProbs), mode, BETA));
  }

  private static double[][] correctDepth(double[][] edges, int k, int trees) {
    Topology tree = Topology.of(schedule(k, edges.length));
    return byDepth(tree, TreeBackup.correctDepth(tree, byNode(edges), trees));
  }

  private static double[] byNode(double[][] depths) {
    return DoubleStream.concat(
            DoubleStream.of(0), Arrays.stream(depths).flatMapToDouble(Arrays::stream))
        .toArray();
  }

  private static double[][] byDepth(Topology tree, double[] nodes) {
    return IntStream.rangeClosed(1, tree.schedule().depths())
        .mapToObj(
            depth ->
                Arrays.copyOfRange(
                    nodes, tree.firstAt(depth), tree.firstAt(depth) + tree.nodesAt(depth)))
        .toArray(double[][]::new);
  }

  private static double[][] byDepth(JsonNode rows) {
    double[][] depths = new double[rows.size()][];
    Arrays.setAll(depths, row -> Golden.doubles(rows.get(row)));
    return depths;
  }

  private static double[] reverse(double[] values) {
    return IntStream.rangeClosed(1, values.length)
        .mapToDouble(i -> values[values.length - i])
        .toArray();
  }

  private static final class Tree {

    private final int k;
    private final int w;
    private final double[] leaves;
    private final double[][] logProbs;

    Tree(int k, int w, double[] leaves, double[][] logProbs) {
      this.k = k;
      this.w = w;
      this.leaves = leaves;
      this.logProbs = logProbs;
    }

    static Tree random(long seed) {
      Random random = new Random(seed);
      return random(1 + random.nextInt(4), 1 + random.nextInt(3), seed);
    }

    static Tree random(int k, int w, long seed) {
      Random random = new Random(seed);
      double[][] logProbs = zeros(k, w);
      for (double[] depth : logProbs) {
        Arrays.setAll(depth, edge -> random.nextGaussian());
      }
      double[] leaves = random.doubles((long) Math.pow(k, w), -5, 5).toArray();
      return new Tree(k, w, leaves, logProbs);
    }

    static double[][] zeros(int k, int w) {
      return IntStream.rangeClosed(1, w)
          .mapToObj(depth -> new double[(int) Math.pow(k, depth)])
          .toArray(double[][]::new);
    }

    double[][] backup(Backup mode) {
      return TreeBackupTest.backup(k, w, leaves, logProbs, mode);
    }

    /** A_node from its definition: the weighted mean of the node's child edges. */
    double nodeValue(double[][] edges, int depth, int node, Backup mode) {
      double weighted = 0;
      double total = 0;
      for (int child = node * k; child < (node + 1) * k; child++) {
        double weight = mode == Backup.UNIFORM ? 1 : Math.exp(logProbs[depth][child]);
        weighted += weight * edges[depth][child];
        total += weight;
      }
      return weighted / total;
    }
  }
}
