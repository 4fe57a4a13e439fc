package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.job.settings.PruningSettings;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.UpdateSettings;
import org.treegrpo.job.settings.Use;

class TrainedDepthsTest {

  private static final BranchSchedule WHOLE = BranchSchedule.window(10, 0, 1, 10);
  private static final BranchSchedule WINDOW = BranchSchedule.window(10, 2, 3, 3);

  private static UpdateSettings update(String... overrides) {
    List<String> all = new ArrayList<>(List.of("treegrpo.policy.guidance.scale=1"));
    for (String override : overrides) {
      all.add("treegrpo.update." + override);
    }
    return new SettingsLoader(reward -> List.of())
        .parse(
            """
            treegrpo {
              run-dir = run
              policy.path = policy
              prompts { train = train.jsonl, evaluation = held-out.jsonl }
              rewards = [ { name = spelling, type = ocr } ]
              tree { width = 10, branching = 1, trees-per-prompt = 2 }
              tree.window { strategy = fixed, start = 0 }
            }
            """,
            "test.conf",
            all,
            Use.TRAIN)
        .update();
  }

  private static List<Integer> depths(
      UpdateSettings update, Family family, int round, BranchSchedule schedule, Status status) {
    List<Status> all = TrainedDepths.of(update, family, new RoundKey(1, round), schedule);
    return IntStream.range(0, all.size()).filter(d -> all.get(d) == status).boxed().toList();
  }

  @Test
  void allIsEveryStochasticStep() {
    assertThat(depths(update(), Family.FLOW, 1, WHOLE, Status.TRAINED)).as("depths").hasSize(10);
  }

  @Test
  void theLastStepIsLeftOutOfAFlowOnlyAndWhereTheWindowHoldsIt() {
    UpdateSettings update = update("trained-steps.strategy=not-last");
    assertThat(depths(update, Family.FLOW, 1, WHOLE, Status.NOT_TRAINED))
        .as("of a flow")
        .containsExactly(9);
    assertThat(depths(update, Family.DIFFUSION, 1, WHOLE, Status.TRAINED))
        .as("of a diffusion none")
        .hasSize(10);
    assertThat(depths(update, Family.FLOW, 1, WINDOW, Status.TRAINED))
        .as("the window ends before")
        .hasSize(3);
  }

  @Test
  void aRandomFractionIsDrawnOnceARound() {
    UpdateSettings update = update("trained-steps.strategy=random", "trained-steps.fraction=0.6");
    Set<List<Integer>> drawn = new HashSet<>();
    int[] times = new int[10];
    for (int round = 1; round <= 200; round++) {
      List<Integer> trained = depths(update, Family.FLOW, round, WHOLE, Status.TRAINED);
      assertThat(trained).as("60 % of the first nine").hasSize(5).doesNotContain(9);
      assertThat(depths(update, Family.FLOW, round, WHOLE, Status.TRAINED))
          .as("the same for whoever asks")
          .isEqualTo(trained);
      drawn.add(trained);
      trained.forEach(depth -> times[depth]++);
    }
    assertThat(drawn).as("other steps in other rounds").hasSizeGreaterThan(50);
    for (int depth = 0; depth < 9; depth++) {
      assertThat(times[depth]).as("rounds of depth %d, 111 expected", depth).isBetween(75, 147);
    }
  }

  @Test
  void prunedDepthsSlideFromTheLeavesToTheRootAndStartOver() {
    UpdateSettings update =
        update("trained-steps.strategy=not-last", "pruning.depths=7", "pruning.period=2");
    assertThat(IntStream.rangeClosed(1, 8).mapToObj(r -> pruned(update, r)))
        .as("7 of the 9 trained depths, two rounds each")
        .containsExactly(
            List.of(2, 3, 4, 5, 6, 7, 8),
            List.of(2, 3, 4, 5, 6, 7, 8),
            List.of(1, 2, 3, 4, 5, 6, 7),
            List.of(1, 2, 3, 4, 5, 6, 7),
            List.of(0, 1, 2, 3, 4, 5, 6),
            List.of(0, 1, 2, 3, 4, 5, 6),
            List.of(2, 3, 4, 5, 6, 7, 8),
            List.of(2, 3, 4, 5, 6, 7, 8));
  }

  private static List<Integer> pruned(UpdateSettings update, int round) {
    assertThat(depths(update, Family.FLOW, round, WHOLE, Status.TRAINED)).as("trained").hasSize(2);
    return depths(update, Family.FLOW, round, WHOLE, Status.PRUNED);
  }

  @Test
  void learnersOnLeavesTrainNoEdge() {
    assertThat(depths(update("learner=awm"), Family.FLOW, 1, WINDOW, Status.NOT_TRAINED))
        .as("depths")
        .hasSize(3);
  }

  @Test
  void wholePromptsAreDealtToTheStepsAndOthersInOtherRounds() {
    StepDeal deal = new StepDeal(12, 6, 3);
    Set<List<Integer>> deals = new HashSet<>();
    for (int round = 1; round <= 20; round++) {
      int[] steps = deal.of(new RoundKey(1, round));
      for (int share = 0; share < 12; share += 2) {
        assertThat(steps[share]).as("both shares of a prompt").isEqualTo(steps[share + 1]);
      }
      for (int step = 0; step < 3; step++) {
        int wanted = step;
        assertThat(IntStream.of(steps).filter(s -> s == wanted).count()).as("shares").isEqualTo(4);
      }
      deals.add(IntStream.of(steps).boxed().toList());
    }
    assertThat(deals).as("shuffled by the round's key").hasSizeGreaterThan(10);
    assertThat(new StepDeal(12, 6, 1).of(new RoundKey(1, 1))).as("one step").containsOnly(0);
  }

  @Test
  void pruningKeepsTheBetterChildOfTheLastSplitAndTheWayToIt() {
    // two children at the first and second of three steps: the last split is at depth 1
    Topology tree = Topology.of(new BranchSchedule(5, 0, List.of(2, 2, 1)));
    double[] values = {0, 1, -1, 2, 0, 0.5, 0.5, 2, 0, 0.5, 0.5};
    boolean[] kept = Pruning.kept(tree, values, pruning(PruningSettings.Width.BETTER_CHILD, 1));
    assertThat(kept)
        .as("the first of equals; their leaves and ancestors, nobody else")
        .containsExactly(true, true, true, true, false, true, false, true, false, true, false);
    values[3] = Double.NaN;
    values[7] = Double.NaN;
    assertThat(Pruning.kept(tree, values, pruning(PruningSettings.Width.BETTER_CHILD, 1)))
        .as("a failed child is not the better one")
        .containsExactly(true, true, true, false, true, true, false, false, true, true, false);
  }

  @Test
  void pruningKeepsTheBestAndTheWorst() {
    Topology tree = Topology.of(BranchSchedule.window(5, 0, 5, 1));
    double[] values = {0, 3, Double.NaN, 1, 2, 0};
    assertThat(Pruning.kept(tree, values, pruning(PruningSettings.Width.EXTREMES, 1)))
        .as("3 and 0")
        .containsExactly(true, true, false, false, false, true);
    assertThat(Pruning.kept(tree, values, pruning(PruningSettings.Width.EXTREMES, 2)))
        .as("two of each are all that did not fail")
        .containsExactly(true, true, false, true, true, true);
  }

  private static PruningSettings pruning(PruningSettings.Width width, int extremes) {
    return new PruningSettings(0, 1, width, extremes);
  }
}
