package org.treegrpo.job.round;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.advantage.AdvantageSettings;
import org.treegrpo.core.advantage.Backup;
import org.treegrpo.core.advantage.LeafAdvantages;
import org.treegrpo.core.advantage.RoundAdvantages;
import org.treegrpo.core.advantage.TreeBackup;
import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.objective.EdgeWeights;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.reward.arrow.RewardRow;

/**
 * From the scores of a round's leaves to the advantage of every edge (ALGORITHMS.md sections 1.3 to
 * 1.5): gathers the shares' leaves into prompt groups, normalises, backs up tree by tree, and deals
 * the edge advantages back in the shares' order.
 */
public final class CreditAssigner {

  private final TreeShape shape;
  private final AdvantageSettings settings;
  private final LeafAdvantages estimator;
  private final EdgeReduction reduction;

  /**
   * @param rewardWeights weight of each reward, in the order of the reward batches' columns
   */
  public CreditAssigner(
      TreeShape shape,
      AdvantageSettings settings,
      double[] rewardWeights,
      EdgeReduction reduction) {
    this.shape = shape;
    this.settings = settings;
    this.estimator = new LeafAdvantages(settings, rewardWeights);
    this.reduction = reduction;
  }

  /**
   * @param scored one per share, in share order
   */
  public RoundCredit assign(RoundPlan plan, List<ScoredShare> scored) {
    int leavesPerTree = shape.leaves();
    List<double[][]> groups = new ArrayList<>();
    for (int prompt = 0; prompt < plan.prompts().size(); prompt++) {
      groups.add(new double[plan.treesPerPrompt() * leavesPerTree][]);
    }
    forEachLeaf(
        plan,
        scored,
        (share, leaf, tree, position, row) ->
            groups
                    .get(tree / plan.treesPerPrompt())[
                    tree % plan.treesPerPrompt() * leavesPerTree + position] =
                widen(row.scores()));
    RoundAdvantages advantages = estimator.round(groups);

    double[][][] edges = new double[plan.trees()][][];
    double[][][] logProbs = logProbs(plan, scored);
    int[] unmasked = new int[plan.trees()];
    for (int tree = 0; tree < plan.trees(); tree++) {
      int from = tree % plan.treesPerPrompt() * leavesPerTree;
      double[] leaves =
          Arrays.copyOfRange(
              advantages.groups().get(tree / plan.treesPerPrompt()).values(),
              from,
              from + leavesPerTree);
      double[][] backed =
          TreeBackup.backup(
              shape.branching(), shape.width(), leaves, logProbs[tree], settings.backup());
      edges[tree] =
          settings.depthCorrection()
              ? TreeBackup.correctDepth(backed, shape.branching(), plan.treesPerPrompt())
              : backed;
      for (double[] depth : backed) {
        unmasked[tree] += (int) Arrays.stream(depth).filter(a -> !Double.isNaN(a)).count();
      }
    }
    return deal(plan, scored, advantages, edges, EdgeWeights.perTree(unmasked, reduction));
  }

  private RoundCredit deal(
      RoundPlan plan,
      List<ScoredShare> scored,
      RoundAdvantages advantages,
      double[][][] edges,
      double[] treeWeights) {
    List<double[]> leafAdvantages = new ArrayList<>();
    List<double[]> leafTotals = new ArrayList<>();
    List<double[]> edgeAdvantages = new ArrayList<>();
    List<double[]> edgeWeights = new ArrayList<>();
    for (int s = 0; s < scored.size(); s++) {
      Share share = plan.shares().get(s);
      List<EdgeRecord> records = scored.get(s).edges();
      double[] ofEdges = new double[records.size()];
      double[] weights = new double[records.size()];
      for (int e = 0; e < ofEdges.length; e++) {
        EdgeRecord edge = records.get(e);
        int tree = plan.treeIndex(share.seeds().get(edge.seed()));
        ofEdges[e] = edges[tree][edge.depth() - 1][position(edge.path())];
        weights[e] = treeWeights[tree];
      }
      edgeAdvantages.add(ofEdges);
      edgeWeights.add(weights);
      int leaves = scored.get(s).rewards().rows().size();
      leafAdvantages.add(new double[leaves]);
      leafTotals.add(new double[leaves]);
    }
    forEachLeaf(
        plan,
        scored,
        (share, leaf, tree, position, row) -> {
          leafAdvantages.get(share)[leaf] =
              advantages
                  .groups()
                  .get(tree / plan.treesPerPrompt())
                  .values()[tree % plan.treesPerPrompt() * shape.leaves() + position];
          leafTotals.get(share)[leaf] = estimator.total(widen(row.scores()));
        });
    return new RoundCredit(
        leafAdvantages,
        edgeAdvantages,
        edgeWeights,
        leafTotals,
        advantages.standardDeviation(),
        advantages.zeroVarianceGroups());
  }

  private double[][][] logProbs(RoundPlan plan, List<ScoredShare> scored) {
    double[][][] byTree = new double[plan.trees()][shape.width()][];
    for (double[][] tree : byTree) {
      for (int depth = 1; depth <= shape.width(); depth++) {
        tree[depth - 1] = new double[shape.nodesAt(depth)];
      }
    }
    boolean sums = settings.backup() == Backup.SOFTMAX_SUM_LOGP;
    for (int s = 0; s < scored.size(); s++) {
      for (EdgeRecord edge : scored.get(s).edges()) {
        int tree = plan.treeIndex(plan.shares().get(s).seeds().get(edge.seed()));
        byTree[tree][edge.depth() - 1][position(edge.path())] =
            sums ? edge.logProbOldSum() : edge.logProbOld();
      }
    }
    return byTree;
  }

  private void forEachLeaf(RoundPlan plan, List<ScoredShare> scored, LeafVisitor visitor) {
    for (int s = 0; s < scored.size(); s++) {
      List<RewardRow> rows = scored.get(s).rewards().rows();
      for (int leaf = 0; leaf < rows.size(); leaf++) {
        RewardRow row = rows.get(leaf);
        int tree = plan.treeIndex(row.promptId(), row.tree());
        visitor.visit(s, leaf, tree, position(NodePath.parse(row.path())), row);
      }
    }
  }

  /** Lexicographic position of a node among those of its depth. */
  private int position(NodePath path) {
    int position = 0;
    for (int index : path.indices()) {
      position = position * shape.branching() + index;
    }
    return position;
  }

  private static double[] widen(float[] scores) {
    double[] wide = new double[scores.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = scores[i];
    }
    return wide;
  }

  /** Receives one leaf: its share, its index there, its tree, its position in the tree. */
  private interface LeafVisitor {
    void visit(int share, int leaf, int tree, int position, RewardRow row);
  }
}
