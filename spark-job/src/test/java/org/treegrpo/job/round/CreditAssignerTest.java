package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.credit.EstimatorState;
import org.treegrpo.core.credit.RewardWeights;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardRow;

class CreditAssignerTest {

  private static final Topology TREE = Topology.of(BranchSchedule.window(4, 0, 2, 2));
  private static final Offset<Double> EXACT = Offset.offset(1e-6);

  private static final List<TreeSeed> SEEDS =
      List.of(seed("cat", 0), seed("cat", 1), seed("dog", 0), seed("dog", 1));

  /** Leaf rewards by tree, in path order. */
  private static final float[][] REWARDS = {{0, 1, 2, 3}, {4, 5, 6, 7}, {1, 1, 1, 1}, {1, 1, 1, 1}};

  private static TreeSeed seed(String prompt, int tree) {
    return new TreeSeed(prompt, tree, TREE);
  }

  private static RoundPlan plan(int shares, int steps) {
    int perShare = SEEDS.size() / shares;
    List<Share> all = new ArrayList<>();
    for (int i = 0; i < shares; i++) {
      all.add(new Share(i, i % steps, new Forest(SEEDS.subList(i * perShare, (i + 1) * perShare))));
    }
    return new RoundPlan(
        new RoundKey(1, 1),
        List.of(new Prompt("cat", "cat"), new Prompt("dog", "dog")),
        2,
        TREE,
        Collections.nCopies(2, Status.TRAINED),
        all);
  }

  private static List<ScoredShare> scored(RoundPlan plan) {
    List<ScoredShare> shares = new ArrayList<>();
    for (Share share : plan.shares()) {
      List<RewardRow> rows = new ArrayList<>();
      Forest forest = share.forest();
      for (int leaf = 0; leaf < forest.leaves(); leaf++) {
        int row = forest.leafRow(leaf);
        TreeSeed tree = forest.seed(row);
        float reward = REWARDS[plan.treeIndex(tree)][tree.topology().position(forest.node(row))];
        rows.add(new RewardRow(leaf, new float[] {reward}));
      }
      double[] logProbs = new double[forest.edges()];
      Arrays.fill(logProbs, -0.5);
      shares.add(
          new ScoredShare(
              new RewardBatch(1, share.index(), 0, List.of("r"), rows, Map.of("r", "1")),
              logProbs));
    }
    return shares;
  }

  private static TrainSettings settings(String... overrides) {
    return new SettingsLoader(reward -> List.of())
        .parse(
            """
            treegrpo {
              run-dir = run
              policy.path = policy
              prompts { train = train.jsonl, evaluation = held-out.jsonl }
              rewards = [ { name = spelling, type = ocr } ]
            }
            """,
            "test.conf",
            List.of(overrides),
            Use.TRAIN);
  }

  private static CreditAssigner assigner(TrainSettings settings) {
    return new CreditAssigner(
        settings.advantage(),
        settings.update(),
        10,
        new RewardWeights(new double[] {1}),
        new double[] {1, 1, 1, 1});
  }

  private static RoundCredit assign(int shares) {
    return assign(shares, 1);
  }

  private static RoundCredit assign(int shares, int steps) {
    RoundPlan plan = plan(shares, steps);
    TrainSettings settings =
        settings(
            "treegrpo.advantage.epsilon=1e-9",
            "treegrpo.advantage.backup=uniform",
            "treegrpo.update.steps-per-round=" + steps);
    return assigner(settings).assign(EstimatorState.NONE, plan, scored(plan));
  }

  @Test
  void theLeavesOfAllTreesOfAPromptAreOneGroup() {
    RoundCredit credit = assign(4);
    double std = Math.sqrt(5.25);
    assertThat(credit.shares().get(0).leaves().advantages()[0]).isCloseTo(-3.5 / std, EXACT);
    assertThat(credit.shares().get(1).leaves().advantages()[3]).isCloseTo(3.5 / std, EXACT);
    assertThat(credit.leafTotals().get(1)[3]).isEqualTo(7);
    assertThat(credit.shares().get(2).leaves().advantages()).containsOnly(0);
    assertThat(credit.zeroVarianceGroups()).isEqualTo(1);
  }

  @Test
  void anInnerEdgeHasTheMeanOfItsLeavesUnderUniformBackup() {
    RoundCredit credit = assign(4);
    double std = Math.sqrt(5.25);
    double[] first = credit.shares().get(0).edges().advantages();
    assertThat(first[0]).as("edge 0, leaves of reward 0 and 1").isCloseTo(-3 / std, EXACT);
    assertThat(first[1]).as("edge 1, leaves of reward 2 and 3").isCloseTo(-1 / std, EXACT);
    assertThat(first[2]).as("edge 0.0").isCloseTo(-3.5 / std, EXACT);
    assertThat(credit.shares().get(0).edges().weights())
        .as("mean over 4 trees, 6 edges")
        .containsOnly(1.0 / 24);
  }

  /** Each optimiser step's loss is a mean of its own. */
  @Test
  void weightsAreThoseOfTheOptimiserStep() {
    RoundCredit apart = assign(4, 2);
    assertThat(apart.shares().get(0).edges().weights())
        .as("mean over the 2 trees of the step, 6 edges")
        .containsOnly(1.0 / 12);
    assertThat(apart.shares().get(0).leaves().weights())
        .as("mean over its 8 leaves")
        .containsOnly(1.0 / 8);
    assertThat(apart.shares().get(0).edges().advantages())
        .as("advantages are those of the round")
        .containsExactly(assign(4).shares().get(0).edges().advantages());
  }

  /** tree-nft: a leaf speaks with the mean over the edges of its path. */
  @Test
  void aLeafMayBeWorthTheMeanOfItsPath() {
    RoundPlan plan = plan(4, 1);
    RoundCredit credit =
        assigner(
                settings(
                    "treegrpo.advantage.epsilon=1e-9",
                    "treegrpo.advantage.backup=uniform",
                    "treegrpo.update.learner=diffusion-nft",
                    "treegrpo.policy.guidance.scale=1",
                    "treegrpo.update.leaves.credit=path"))
            .assign(EstimatorState.NONE, plan, scored(plan));
    double std = Math.sqrt(5.25);
    assertThat(credit.shares().get(0).leaves().advantages()[0])
        .as("mean of -3.5, its own, and -3, its parent's")
        .isCloseTo(-3.25 / std, EXACT);
    assertThat(credit.shares().get(0).leaves().statuses()).containsOnly(Status.TRAINED);
  }

  /** TempFlow-GRPO: branches of one tree are compared with one another, and a step has a weight. */
  @Test
  void aGroupMayBeATreeAndAStepMayCountMore() {
    RoundPlan plan = plan(4, 1);
    TrainSettings settings =
        settings(
            "treegrpo.advantage.epsilon=1e-9",
            "treegrpo.advantage.group=tree",
            "treegrpo.advantage.backup=uniform");
    RoundCredit credit =
        new CreditAssigner(
                settings.advantage(),
                settings.update(),
                10,
                new RewardWeights(new double[] {1}),
                new double[] {0.5, 1.5, 1, 1})
            .assign(EstimatorState.NONE, plan, scored(plan));
    double std = Math.sqrt(1.25);
    for (int tree = 0; tree < 2; tree++) {
      assertThat(credit.shares().get(tree).leaves().advantages())
          .as("tree %d of the prompt, for itself", tree)
          .containsExactly(new double[] {-1.5 / std, -0.5 / std, 0.5 / std, 1.5 / std}, EXACT);
    }
    assertThat(credit.shares().get(0).edges().weights())
        .as("1/24 times the weight of the step")
        .containsExactly(
            new double[] {0.5 / 24, 0.5 / 24, 1.5 / 24, 1.5 / 24, 1.5 / 24, 1.5 / 24},
            Offset.offset(1e-12));
  }

  @Test
  void howTreesAreSharedChangesNothing() {
    RoundCredit apart = assign(4);
    RoundCredit together = assign(1);
    Forest all = plan(1, 1).shares().get(0).forest();
    for (int edge = 0; edge < all.edges(); edge++) {
      int row = all.row(edge);
      int alone = all.node(row) - 1; // of a tree for itself, edges are its nodes but the root
      assertThat(together.shares().get(0).edges().advantages()[edge])
          .as("edge %s of tree %d", Edge.path(all, row), all.tree(row))
          .isEqualTo(apart.shares().get(all.tree(row)).edges().advantages()[alone]);
    }
  }
}
