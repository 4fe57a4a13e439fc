package org.treegrpo.job.round;

import org.treegrpo.core.tree.EdgeRecord;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.advantage.AdvantageSettings;
import org.treegrpo.core.advantage.Aggregation;
import org.treegrpo.core.advantage.Backup;
import org.treegrpo.core.advantage.StdScope;
import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardRow;

class CreditAssignerTest {

  private static final TreeShape SHAPE = new TreeShape(2, 2);
  private static final Offset<Double> EXACT = Offset.offset(1e-6);

  private static final List<TreeSeed> SEEDS =
      List.of(seed("cat", 0), seed("cat", 1), seed("dog", 0), seed("dog", 1));

  /** Leaf rewards by tree, in path order. */
  private static final float[][] REWARDS = {{0, 1, 2, 3}, {4, 5, 6, 7}, {1, 1, 1, 1}, {1, 1, 1, 1}};

  private static TreeSeed seed(String prompt, int tree) {
    return new TreeSeed(prompt, tree, NodePath.ROOT, new Conditioning(List.of()));
  }

  private static RoundPlan plan(int shares) {
    int perShare = SEEDS.size() / shares;
    List<Share> all = new ArrayList<>();
    for (int i = 0; i < shares; i++) {
      all.add(new Share(i, SEEDS.subList(i * perShare, (i + 1) * perShare)));
    }
    return new RoundPlan(
        new RoundKey(1, 1, 0), List.of(new Prompt("cat", "cat"), new Prompt("dog", "dog")), 2, all);
  }

  private static List<ScoredShare> scored(RoundPlan plan) {
    List<ScoredShare> shares = new ArrayList<>();
    for (Share share : plan.shares()) {
      List<RewardRow> rows = new ArrayList<>();
      List<EdgeRecord> edges = new ArrayList<>();
      for (int seed = 0; seed < share.seeds().size(); seed++) {
        TreeSeed tree = share.seeds().get(seed);
        for (int a = 0; a < 2; a++) {
          edges.add(edge(seed, NodePath.ROOT.child(a)));
          for (int b = 0; b < 2; b++) {
            NodePath leaf = NodePath.ROOT.child(a).child(b);
            edges.add(edge(seed, leaf));
            float reward = REWARDS[plan.treeIndex(tree)][2 * a + b];
            rows.add(
                new RewardRow(tree.promptId(), tree.tree(), leaf.toString(), new float[] {reward}));
          }
        }
      }
      shares.add(
          new ScoredShare(
              new RewardBatch(1, share.index(), 0, List.of("r"), rows, Map.of("r", "1")), edges));
    }
    return shares;
  }

  private static EdgeRecord edge(int seed, NodePath path) {
    return new EdgeRecord(seed, path, path.depth(), path.depth() - 1, -0.5, -5, 0.7);
  }

  private static RoundCredit assign(int shares) {
    RoundPlan plan = plan(shares);
    return new CreditAssigner(
            SHAPE,
            new AdvantageSettings(
                Aggregation.NORMALISE_THEN_SUM, StdScope.GROUP, 0, 1e-9, 5, Backup.UNIFORM, false),
            new double[] {1},
            EdgeReduction.MEAN)
        .assign(plan, scored(plan));
  }

  @Test
  void theLeavesOfAllTreesOfAPromptAreOneGroup() {
    RoundCredit credit = assign(4);
    double std = Math.sqrt(5.25);
    assertThat(credit.leafAdvantages().get(0)[0]).isCloseTo(-3.5 / std, EXACT);
    assertThat(credit.leafAdvantages().get(1)[3]).isCloseTo(3.5 / std, EXACT);
    assertThat(credit.leafTotals().get(1)[3]).isEqualTo(7);
    assertThat(credit.leafAdvantages().get(2)).containsOnly(0);
    assertThat(credit.zeroVarianceGroups()).isEqualTo(1);
  }

  @Test
  void anInnerEdgeHasTheMeanOfItsLeavesUnderUniformBackup() {
    RoundCredit credit = assign(4);
    double std = Math.sqrt(5.25);
    double[] first = credit.edgeAdvantages().get(0);
    assertThat(first[0]).as("edge 0, leaves of reward 0 and 1").isCloseTo(-3 / std, EXACT);
    assertThat(first[1]).as("edge 0.0").isCloseTo(-3.5 / std, EXACT);
    assertThat(first[3]).as("edge 1, leaves of reward 2 and 3").isCloseTo(-1 / std, EXACT);
    assertThat(credit.edgeWeights().get(0)).as("mean over 4 trees, 6 edges").containsOnly(1.0 / 24);
  }

  @Test
  void howTreesAreSharedChangesNothing() {
    RoundCredit apart = assign(4);
    RoundCredit together = assign(1);
    int edge = 0;
    for (double[] share : apart.edgeAdvantages()) {
      for (double advantage : share) {
        assertThat(together.edgeAdvantages().get(0)[edge++]).isEqualTo(advantage);
      }
    }
  }
}
