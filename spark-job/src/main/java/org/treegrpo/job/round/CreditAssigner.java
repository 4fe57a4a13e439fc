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
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;

/**
 * From the scores of a round's leaves to the advantage of every edge (ALGORITHMS.md sections 1.3 to
 * 1.5): gathers the shares' leaves into prompt groups, normalises, backs up tree by tree, and deals
 * the edge advantages back in the shares' order.
 */
public final class CreditAssigner {

  private final AdvantageSettings settings;
  private final int elements;
  private final LeafAdvantages estimator;
  private final EdgeReduction reduction;

  /**
   * @param elements D, elements of a latent
   * @param rewardWeights weight of each reward, in the order of the reward batches' columns
   */
  public CreditAssigner(
      AdvantageSettings settings, int elements, double[] rewardWeights, EdgeReduction reduction) {
    this.settings = settings;
    this.elements = elements;
    this.estimator = new LeafAdvantages(settings, rewardWeights);
    this.reduction = reduction;
  }

  /**
   * @param scored one per share, in share order
   */
  public RoundCredit assign(RoundPlan plan, List<ScoredShare> scored) {
    Topology topology = plan.topology();
    double[][][] rewards = new double[plan.trees()][topology.leaves()][];
    double[][] logProbs = new double[plan.trees()][topology.nodes()];
    gather(plan, scored, rewards, logProbs);
    RoundAdvantages advantages = estimator.round(groups(plan, rewards));

    double[][] leaves = new double[plan.trees()][];
    double[][] edges = new double[plan.trees()][];
    int[] unmasked = new int[plan.trees()];
    for (int tree = 0; tree < plan.trees(); tree++) {
      double[] group = advantages.groups().get(tree / plan.treesPerPrompt()).values();
      int from = tree % plan.treesPerPrompt() * topology.leaves();
      leaves[tree] = Arrays.copyOfRange(group, from, from + topology.leaves());
      double[] backed =
          TreeBackup.backup(topology, leaves[tree], logProbs[tree], settings.backup());
      edges[tree] =
          settings.depthCorrection()
              ? TreeBackup.correctDepth(topology, backed, plan.treesPerPrompt())
              : backed;
      unmasked[tree] = (int) Arrays.stream(backed).skip(1).filter(a -> !Double.isNaN(a)).count();
    }
    return deal(plan, scored, advantages, leaves, edges, EdgeWeights.perTree(unmasked, reduction));
  }

  /** Sorts what the shares say by tree: rewards by leaf, log-probs by node. */
  private void gather(
      RoundPlan plan, List<ScoredShare> scored, double[][][] rewards, double[][] logProbs) {
    int scale = settings.backup() == Backup.SOFTMAX_SUM_LOGP ? elements : 1;
    for (Share share : plan.shares()) {
      Forest forest = share.forest();
      int[] trees = treeIndices(plan, forest);
      ScoredShare ofShare = scored.get(share.index());
      for (int leaf = 0; leaf < forest.leaves(); leaf++) {
        int row = forest.leafRow(leaf);
        rewards[trees[forest.tree(row)]][position(forest, row)] =
            widen(ofShare.rewards().rows().get(leaf).scores());
      }
      for (int edge = 0; edge < forest.edges(); edge++) {
        int row = forest.row(edge);
        logProbs[trees[forest.tree(row)]][wholeNode(plan, forest, row)] =
            scale * ofShare.logProbs()[edge];
      }
    }
  }

  /** The leaves of a prompt's trees, together. */
  private static List<double[][]> groups(RoundPlan plan, double[][][] rewards) {
    List<double[][]> groups = new ArrayList<>();
    for (int tree = 0; tree < rewards.length; tree += plan.treesPerPrompt()) {
      groups.add(
          Arrays.stream(rewards, tree, tree + plan.treesPerPrompt())
              .flatMap(Arrays::stream)
              .toArray(double[][]::new));
    }
    return groups;
  }

  private RoundCredit deal(
      RoundPlan plan,
      List<ScoredShare> scored,
      RoundAdvantages advantages,
      double[][] leaves,
      double[][] edges,
      double[] treeWeights) {
    List<double[]> leafAdvantages = new ArrayList<>();
    List<double[]> leafTotals = new ArrayList<>();
    List<double[]> edgeAdvantages = new ArrayList<>();
    List<double[]> edgeWeights = new ArrayList<>();
    for (Share share : plan.shares()) {
      Forest forest = share.forest();
      int[] trees = treeIndices(plan, forest);
      double[] ofEdges = new double[forest.edges()];
      double[] weights = new double[forest.edges()];
      for (int edge = 0; edge < ofEdges.length; edge++) {
        int row = forest.row(edge);
        int tree = trees[forest.tree(row)];
        ofEdges[edge] = edges[tree][wholeNode(plan, forest, row)];
        weights[edge] = treeWeights[tree];
      }
      double[] ofLeaves = new double[forest.leaves()];
      double[] totals = new double[forest.leaves()];
      for (int leaf = 0; leaf < ofLeaves.length; leaf++) {
        int row = forest.leafRow(leaf);
        ofLeaves[leaf] = leaves[trees[forest.tree(row)]][position(forest, row)];
        totals[leaf] =
            estimator.total(widen(scored.get(share.index()).rewards().rows().get(leaf).scores()));
      }
      edgeAdvantages.add(ofEdges);
      edgeWeights.add(weights);
      leafAdvantages.add(ofLeaves);
      leafTotals.add(totals);
    }
    return new RoundCredit(
        leafAdvantages,
        edgeAdvantages,
        edgeWeights,
        leafTotals,
        advantages.standardDeviation(),
        advantages.zeroVarianceGroups());
  }

  private static int[] treeIndices(RoundPlan plan, Forest forest) {
    return forest.trees().stream().mapToInt(plan::treeIndex).toArray();
  }

  /** Place of a row's node among the nodes of its depth in the whole tree. */
  private static int position(Forest forest, int row) {
    return forest.seed(row).topology().position(forest.node(row));
  }

  /** Index of a row's node in the whole tree. */
  private static int wholeNode(RoundPlan plan, Forest forest, int row) {
    int depth = forest.seed(row).topology().depth(forest.node(row));
    return plan.topology().firstAt(depth) + position(forest, row);
  }

  private static double[] widen(float[] scores) {
    double[] wide = new double[scores.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = scores[i];
    }
    return wide;
  }
}
