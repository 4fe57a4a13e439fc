package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.arrow.RewardRow;

/** What holds for the credit of a round of any valid configuration, failed rewards included. */
class RandomCreditTest {

  private static final double ROUNDING = 1e-9;

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aLeafIsMaskedIfAndOnlyIfARewardFailed(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(seed)) {
      Credited credited = Credited.of(round);
      for (int share = 0; share < credited.scored.size(); share++) {
        List<RewardRow> rows = credited.scored.get(share).rewards().rows();
        for (int leaf = 0; leaf < rows.size(); leaf++) {
          boolean failed = false;
          for (float score : rows.get(leaf).scores()) {
            failed |= Float.isNaN(score);
          }
          Status status = credited.credit.shares().get(share).leaves().statuses()[leaf];
          assertThat(status)
              .as("%s", rows.get(leaf))
              .isEqualTo(failed ? Status.FAILED : Status.TRAINED);
          assertThat(Double.isNaN(credited.credit.leafTotals().get(share)[leaf]))
              .as("no total, %s", rows.get(leaf))
              .isEqualTo(failed);
        }
      }
    }
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void anEdgeLiesWithinItsLeavesAndIsMaskedWithAllOfThem(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(seed)) {
      Credited credited = Credited.of(round);
      credited.forEachEdge(
          (tree, edge, advantage, weight) -> {
            DoubleSummaryStatistics below = credited.leavesBelow(tree, edge);
            if (below.getCount() == 0) {
              assertThat(advantage).as("edge %s without an unmasked leaf", edge.path()).isNaN();
            } else {
              assertThat(advantage * correction(round, edge.depth()))
                  .as("edge %s between the least and the greatest of its leaves", edge.path())
                  .isBetween(below.getMin() - ROUNDING, below.getMax() + ROUNDING);
            }
          });
    }
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void uniformBackupLeavesEveryDepthOfAGroupCentred(@ForAll long seed) {
    RandomSettings drawn =
        RandomSettings.draw(
            seed,
            "treegrpo.advantage.estimator=group",
            "treegrpo.advantage.backup=uniform",
            "treegrpo.advantage.clamp=1e6");
    try (RoundWithoutSpark round = new RoundWithoutSpark(drawn.withoutFailures())) {
      Map<String, Double> sums = new HashMap<>();
      Credited.of(round)
          .forEachEdge(
              (tree, edge, advantage, weight) ->
                  sums.merge(tree.promptId() + " depth " + edge.depth(), advantage, Double::sum));
      sums.forEach(
          (depth, sum) ->
              assertThat(sum)
                  .as("sum of the advantages of prompt %s", depth)
                  .isCloseTo(0, within(ROUNDING)));
    }
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void theTreesWithASignalShareTheLossEvenly(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(seed)) {
      Map<String, Double> weights = new HashMap<>();
      Map<String, Integer> edges = new HashMap<>();
      Credited.of(round)
          .forEachEdge(
              (tree, edge, advantage, weight) -> {
                if (!Double.isNaN(advantage)) {
                  weights.merge(tree.promptId() + tree.tree(), weight, Double::sum);
                  edges.merge(tree.promptId() + tree.tree(), 1, Integer::sum);
                }
              });
      boolean mean = round.settings().update().edgeReduction() == EdgeReduction.MEAN;
      weights.forEach(
          (tree, weight) ->
              assertThat(weight)
                  .as("tree %s of %d with a signal", tree, weights.size())
                  .isCloseTo((mean ? 1.0 : edges.get(tree)) / weights.size(), within(ROUNDING)));
    }
  }

  /** What depth correction divided the advantages of a depth by. */
  private static double correction(RoundWithoutSpark round, int depth) {
    TrainSettings settings = round.settings();
    return settings.advantage().depthCorrection()
        ? 1 - Math.pow(settings.tree().branching(), -depth) / settings.tree().treesPerPrompt()
        : 1;
  }

  /** Receives an edge with the seed of its tree, its advantage and its weight in the loss. */
  private interface EdgeVisitor {
    void visit(TreeSeed tree, Edge edge, double advantage, double weight);
  }

  private record Credited(RoundPlan plan, List<ScoredShare> scored, RoundCredit credit) {

    static Credited of(RoundWithoutSpark round) {
      List<Integer> order = IntStream.range(0, round.plan().shares().size()).boxed().toList();
      List<ScoredShare> scored = round.score(round.worker(0).grow(order));
      return new Credited(round.plan(), scored, round.assign(scored));
    }

    void forEachEdge(EdgeVisitor visitor) {
      for (Share share : plan.shares()) {
        List<Edge> edges = Edge.of(share.forest());
        for (int i = 0; i < edges.size(); i++) {
          visitor.visit(
              edges.get(i).tree(),
              edges.get(i),
              credit.shares().get(share.index()).edges().scored(i),
              credit.shares().get(share.index()).edges().weights()[i]);
        }
      }
    }

    /** Unmasked leaf advantages below an edge, wherever the leaves are. */
    DoubleSummaryStatistics leavesBelow(TreeSeed tree, Edge edge) {
      DoubleSummaryStatistics below = new DoubleSummaryStatistics();
      for (Share share : plan.shares()) {
        Forest forest = share.forest();
        for (int leaf = 0; leaf < forest.leaves(); leaf++) {
          TreeSeed seed = forest.seed(forest.leafRow(leaf));
          double advantage = credit.shares().get(share.index()).leaves().scored(leaf);
          if (seed.promptId().equals(tree.promptId())
              && seed.tree() == tree.tree()
              && (Edge.path(forest, forest.leafRow(leaf)) + ".").startsWith(edge.path() + ".")
              && !Double.isNaN(advantage)) {
            below.accept(advantage);
          }
        }
      }
      return below;
    }
  }
}
