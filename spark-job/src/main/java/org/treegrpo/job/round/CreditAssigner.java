package org.treegrpo.job.round;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.treegrpo.core.credit.AdvantageSettings;
import org.treegrpo.core.credit.AdvantageSettings.Group;
import org.treegrpo.core.credit.Backup;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.Estimator;
import org.treegrpo.core.credit.EstimatorState;
import org.treegrpo.core.credit.RewardGroup;
import org.treegrpo.core.credit.RewardWeights;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.credit.TreeBackup;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.job.settings.LeavesSettings;
import org.treegrpo.job.settings.UpdateSettings;

/**
 * From the scores of a round's leaves to the credit of every edge and leaf (ALGORITHMS.md sections
 * 1.3 to 1.5): gathers the shares' leaves into groups, estimates, backs up tree by tree, and deals
 * the credit back in the shares' order.
 */
public final class CreditAssigner {

  private final AdvantageSettings settings;
  private final UpdateSettings update;
  private final int elements;
  private final RewardWeights weights;
  private final Estimator estimator;
  private final double[] stepWeights;

  /**
   * @param recipe of the run, for its settings, rewards and steps
   */
  public CreditAssigner(Recipe recipe) {
    this(
        recipe.settings().advantage(),
        recipe.settings().update(),
        recipe.policy().latentShape().elements(),
        recipe.rewardWeights(),
        recipe.stepWeights());
  }

  /**
   * @param elements D, elements of a latent
   * @param weights of the rewards, in the order of the reward batches' columns
   * @param stepWeights how much the edges of each step count
   */
  CreditAssigner(
      AdvantageSettings settings,
      UpdateSettings update,
      int elements,
      RewardWeights weights,
      double[] stepWeights) {
    this.settings = settings;
    this.update = update;
    this.elements = elements;
    this.weights = weights;
    this.estimator = settings.estimator().create(settings, weights);
    this.stepWeights = stepWeights;
  }

  /** What estimates the leaves' advantages. */
  public Estimator estimator() {
    return estimator;
  }

  /**
   * @param state of {@link #estimator} before the round
   * @param scored one per share, in share order
   */
  public RoundCredit assign(EstimatorState state, RoundPlan plan, List<ScoredShare> scored) {
    List<WholeTree> trees =
        Stream.generate(() -> new WholeTree(plan.topology())).limit(plan.trees()).toList();
    plan.shares().forEach(share -> gather(plan, share, scored.get(share.index()), trees));
    Estimator.Estimate estimate = estimator.estimate(state, groups(plan, trees));
    int ofGroup = treesOfGroup(plan);
    for (int tree = 0; tree < trees.size(); tree++) {
      double[] group = estimate.advantages().groups().get(tree / ofGroup);
      int from = tree % ofGroup * plan.topology().leaves();
      credit(
          plan, trees.get(tree), Arrays.copyOfRange(group, from, from + plan.topology().leaves()));
    }
    LossWeights lossWeights = new LossWeights(plan, trees, update.edgeReduction(), stepWeights);
    return new RoundCredit(
        plan.shares().stream()
            .map(share -> credit(plan, share.forest(), trees, lossWeights))
            .toList(),
        scored.stream().map(this::totals).toList(),
        estimate.advantages().standardDeviation(),
        estimate.advantages().zeroVarianceGroups(),
        estimate.next());
  }

  /** Sorts what a share says by tree: rewards by leaf, log-probs by node. */
  private void gather(RoundPlan plan, Share share, ScoredShare scored, List<WholeTree> trees) {
    int scale = settings.backup() == Backup.SOFTMAX_SUM_LOGP ? elements : 1;
    Forest forest = share.forest();
    for (int leaf = 0; leaf < forest.leaves(); leaf++) {
      int row = forest.leafRow(leaf);
      WholeTree tree = trees.get(plan.treeIndex(forest.seed(row)));
      tree.rewards()[tree.position(forest, row)] = scores(scored, leaf);
    }
    for (int edge = 0; edge < forest.edges(); edge++) {
      int row = forest.row(edge);
      WholeTree tree = trees.get(plan.treeIndex(forest.seed(row)));
      tree.logProbs()[tree.node(forest, row)] = scale * scored.logProbs()[edge];
    }
  }

  private int treesOfGroup(RoundPlan plan) {
    return settings.group() == Group.TREE ? 1 : plan.treesPerPrompt();
  }

  /** The leaves that are compared with one another, together. */
  private List<RewardGroup> groups(RoundPlan plan, List<WholeTree> trees) {
    List<RewardGroup> groups = new ArrayList<>();
    int ofGroup = treesOfGroup(plan);
    for (int first = 0; first < trees.size(); first += ofGroup) {
      groups.add(
          new RewardGroup(
              plan.prompts().get(first / plan.treesPerPrompt()).id(),
              trees.subList(first, first + ofGroup).stream()
                  .flatMap(tree -> Arrays.stream(tree.rewards()))
                  .toArray(double[][]::new)));
    }
    return groups;
  }

  private void credit(RoundPlan plan, WholeTree tree, double[] leaves) {
    double[] edges =
        TreeBackup.backup(
            plan.topology(), leaves, tree.logProbs(), settings.backup(), settings.backupBeta());
    if (settings.depthCorrection()) {
      edges = TreeBackup.correctDepth(plan.topology(), edges, treesOfGroup(plan));
    }
    if (settings.depthZScore()) {
      edges = TreeBackup.normaliseDepths(plan.topology(), edges, settings);
    }
    double[] ofLeaves =
        update.leaves().credit() == LeavesSettings.Credit.PATH
            ? tree.alongPaths(edges, leaves)
            : leaves;
    boolean[] kept = Pruning.kept(plan.topology(), edges, update.pruning());
    tree.credit(ofLeaves, edges, kept, plan.depths(), update.learner().onLeaves());
  }

  private static ShareCredit credit(
      RoundPlan plan, Forest forest, List<WholeTree> trees, LossWeights lossWeights) {
    CreditBuilder edges = new CreditBuilder(forest.edges());
    for (int edge = 0; edge < forest.edges(); edge++) {
      int row = forest.row(edge);
      int index = plan.treeIndex(forest.seed(row));
      WholeTree tree = trees.get(index);
      int node = tree.node(forest, row);
      edges.set(
          edge,
          tree.edgeAdvantage(node),
          tree.status(node),
          lossWeights.ofEdge(index, plan.topology().step(node)));
    }
    CreditBuilder leaves = new CreditBuilder(forest.leaves());
    for (int leaf = 0; leaf < forest.leaves(); leaf++) {
      int row = forest.leafRow(leaf);
      int index = plan.treeIndex(forest.seed(row));
      WholeTree tree = trees.get(index);
      int position = tree.position(forest, row);
      leaves.set(
          leaf, tree.leafAdvantage(position), tree.leafStatus(position), lossWeights.ofLeaf(index));
    }
    return new ShareCredit(edges.build(), leaves.build());
  }

  private record CreditBuilder(double[] advantages, double[] weights, Status[] statuses) {

    CreditBuilder(int size) {
      this(new double[size], new double[size], new Status[size]);
    }

    void set(int index, double advantage, Status status, double weight) {
      advantages[index] = status == Status.FAILED ? 0 : advantage;
      weights[index] = status == Status.TRAINED ? weight : 0;
      statuses[index] = status;
    }

    Credit build() {
      return new Credit(advantages, weights, statuses);
    }
  }

  private double[] totals(ScoredShare scored) {
    return IntStream.range(0, scored.rewards().rows().size())
        .mapToDouble(leaf -> weights.total(scores(scored, leaf)))
        .toArray();
  }

  private static double[] scores(ScoredShare scored, int leaf) {
    float[] scores = scored.rewards().rows().get(leaf).scores();
    return IntStream.range(0, scores.length).mapToDouble(i -> scores[i]).toArray();
  }
}
