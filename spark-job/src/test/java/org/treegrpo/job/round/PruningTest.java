package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.tree.GrownShare;

/** What is pruned is left out of the gradient; the trees, scores and advantages are the same. */
class PruningTest {

  private static final String NONE = "update.pruning { depths = 0, width = none }";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update.pruning { depths = 4, width = none }",
        "update.pruning { depths = 0, width = better-child }",
        "update.pruning { depths = 4, width = extremes, extremes = 2 }"
      })
  void onlyTheGradientKnowsOfPruning(String pruning) {
    try (ToyRun whole = new ToyRun("branch-grpo", NONE);
        ToyRun pruned = new ToyRun("branch-grpo", pruning)) {
      RoundPlan plan = whole.recipe().plan(1);
      List<GrownShare> trees = whole.grow(plan);
      RoundCredit credit = whole.assign(plan, trees);
      RoundPlan prunedPlan = pruned.recipe().plan(1);
      List<GrownShare> prunedTrees = pruned.grow(prunedPlan);
      RoundCredit prunedCredit = pruned.assign(prunedPlan, prunedTrees);

      int left = 0;
      for (int share = 0; share < trees.size(); share++) {
        assertThat(prunedTrees.get(share).leafLatents())
            .as("leaves of share %d", share)
            .containsExactly(trees.get(share).leafLatents());
        assertThat(prunedTrees.get(share).logProbs())
            .as("log-probs of share %d", share)
            .containsExactly(trees.get(share).logProbs());
        Credit edges = credit.shares().get(share).edges();
        Credit rest = prunedCredit.shares().get(share).edges();
        assertThat(rest.advantages()).as("advantages").containsExactly(edges.advantages());
        for (int edge = 0; edge < edges.statuses().length; edge++) {
          if (rest.statuses()[edge] == Status.PRUNED) {
            assertThat(rest.weights()[edge]).as("weight of pruned edge %d", edge).isZero();
            left++;
          } else {
            assertThat(rest.statuses()[edge]).isEqualTo(edges.statuses()[edge]);
          }
        }
      }
      assertThat(left).as("pruned edges").isPositive();
      assertThat(pruned.gradient(prunedPlan, prunedTrees, prunedCredit))
          .as("gradient")
          .isNotEqualTo(whole.gradient(plan, trees, credit));
    }
  }
}
