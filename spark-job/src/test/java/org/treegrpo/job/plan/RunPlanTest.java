package org.treegrpo.job.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.treegrpo.job.plan.PlanFixtures.parameter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

class RunPlanTest {
  private static final int PARAMETERS = 1_000_000;

  private static final String CONFIG =
      """
      treegrpo {
        rounds = 20
        policy { path = /policy, guidance.scale = 1 }
        prompts { train = /train.jsonl, evaluation = /held-out.jsonl }
        rewards = [ { name = spelling, type = ocr }, { name = judge, type = ocr, weight = 0 } ]
        tree { prompts-per-round = 8, window { strategy = fixed, start = 2 } }
        evaluation { every = 8, prompts = 10, images-per-prompt = 2, steps = 5 }
        checkpoint.every = 10
      }
      """;

  private static TrainSettings settings(String... overrides) {
    return new SettingsLoader(reward -> List.of())
        .parse(CONFIG, "test.conf", List.of(overrides), Use.PLAN);
  }

  private static PlanInputs inputs(Prediction prediction) {
    PolicySpec spec =
        new PolicySpec(
            PolicySpec.Type.TORCHSCRIPT,
            "policy.pt",
            new LatentShape(3, 16, 32),
            prediction,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    return PlanFixtures.inputs(spec, PARAMETERS, 40, 12);
  }

  private static RunPlan plan(String... overrides) {
    return RunPlan.of(settings(overrides), inputs(Prediction.FLOW_VELOCITY));
  }

  @Test
  void theTreeOfThePaperHas27LeavesAnd13Parents() {
    RunPlan plan = plan();
    assertThat(plan.leaves()).as("8 trees of 27 leaves").isEqualTo(8 * 27);
    assertThat(plan.parents()).as("8 trees of 13 parents").isEqualTo(8 * 13);
    assertThat(plan.edges()).as("8 trees of 39 edges").isEqualTo(8 * 39);
  }

  @Test
  void evaluationsFollowTheClosedForm() {
    RoundWork work = plan().work();
    long tree = 2 + 13 + 27 * (10 - 2 - 3);
    assertThat(work.rolloutMin()).as("i + P + L (T - i - w) a tree").isEqualTo(8 * tree);
    assertThat(work.rolloutMax()).as("a fixed window").isEqualTo(8 * tree);
    assertThat(work.rolloutMean()).as("a fixed window").isCloseTo(8.0 * tree, within(1e-9));
    assertThat(work.trainForward()).as("one forward a parent").isEqualTo(8 * 13);
    assertThat(work.trainBackward()).as("one backward a parent").isEqualTo(8 * 13);
    assertThat(work.reference()).as("no KL term").isZero();
  }

  @Test
  void aRandomWindowIsPlannedWithTheRoundsOwnStarts() {
    RoundWork work = plan("treegrpo.tree.window.strategy=random").work();
    long early = 8 * (13 + 27 * 7);
    assertThat(work.rolloutMax()).as("a window at the start is dearest").isEqualTo(early);
    assertThat(work.rolloutMean())
        .as("between the cheapest and the dearest")
        .isStrictlyBetween((double) work.rolloutMin(), (double) work.rolloutMax());
  }

  @ParameterizedTest
  @CsvSource({
    "1, conditional-only, 1, 1, 1",
    "4.5, conditional-only, 2, 2, 1",
    "4.5, both, 2, 2, 2",
  })
  void guidanceMultipliesTheWork(
      String scale, String grad, int rollout, int forward, int backward) {
    RoundWork off = plan().work();
    RoundWork on =
        plan("treegrpo.policy.guidance.scale=" + scale, "treegrpo.policy.guidance.grad=" + grad)
            .work();
    assertThat(on.rolloutMax()).as("rollout").isEqualTo(rollout * off.rolloutMax());
    assertThat(on.trainForward()).as("forwards").isEqualTo(forward * off.trainForward());
    assertThat(on.trainBackward()).as("backwards").isEqualTo(backward * off.trainBackward());
  }

  @Test
  void epochsAndTheKlTermMultiplyTraining() {
    RoundWork work = plan("treegrpo.update.epochs=3", "treegrpo.update.kl=0.1").work();
    assertThat(work.trainForward()).as("three epochs").isEqualTo(3 * 8 * 13);
    assertThat(work.reference()).as("the base policy, each epoch").isEqualTo(3 * 8 * 13);
  }

  @Test
  void splitTreesComputeTheirPrefixInEveryShare() {
    RoundWork work = plan("treegrpo.tree.shares=24").work();
    long tree = 3 * (2 + 1) + 12 + 27 * (10 - 2 - 3);
    assertThat(work.rolloutMax()).as("steps to the root and the root, thrice").isEqualTo(8 * tree);
    assertThat(work.trainForward()).as("the root in three shares").isEqualTo(8 * (13 + 2));
  }

  @Test
  void treesSplitDeeperComputeALongerPrefixAndTrainEachParentOnce() {
    RoundWork work = plan("treegrpo.tree.shares=72").work();
    long tree = 9 * (2 + 1 + 1) + 9 + 27 * (10 - 2 - 3);
    assertThat(work.rolloutMax())
        .as("steps to the root and two parents, 9 times")
        .isEqualTo(8 * tree);
    assertThat(work.trainForward())
        .as("the root by the 3 parts that own an edge of it, its children by their 3 each, 9")
        .isEqualTo(8 * (3 + 9 + 9));
  }

  @Test
  void theLongestBlockOfSharesDecidesOnTheSpeedUp() {
    RunPlan whole = plan("treegrpo.tree.prompts-per-round=1");
    RunPlan split = plan("treegrpo.tree.prompts-per-round=1", "treegrpo.tree.shares=3");
    double tree = 2 + 13 + 27 * 5 + 3 * 13;
    double part = 2 + 1 + 4 + 9 * 5 + 3 * (1 + 4);
    assertThat(balance(whole).speedUp(4)).as("one tree cannot be shared").isEqualTo(1);
    assertThat(balance(split).speedUp(1))
        .as("each part pays for its way")
        .isCloseTo(tree / (3 * part), within(1e-12));
    assertThat(balance(split).speedUp(2))
        .as("two parts and one")
        .isCloseTo(tree / (2 * part), within(1e-12));
    assertThat(balance(split).speedUp(8)).isCloseTo(tree / part, within(1e-12));
  }

  private static Balance balance(RunPlan plan) {
    TrainSettings settings = plan.settings();
    return new Balance(settings.tree(), settings.tree().schedule(2, settings.sampler()));
  }

  @Test
  void memoryFollowsTheParametersAndTheWindowStates() {
    long latent = 3 * 16 * 32 * 4;
    MemoryEstimate memory = plan().memory();
    assertThat(memory.weights()).as("float32").isEqualTo(4L * PARAMETERS);
    assertThat(memory.driver()).as("weights, gradient, two moments").isEqualTo(16L * PARAMETERS);
    assertThat(memory.checkpoint()).as("weights, two moments").isEqualTo(12L * PARAMETERS);
    assertThat(memory.shareRollout()).as("1 + 3 + 9 + 27 states").isEqualTo(40 * latent);
    assertThat(memory.roundRollout()).as("8 shares").isEqualTo(8 * 40 * latent);
    assertThat(memory.shareLatents()).as("27 leaves").isEqualTo(27 * latent);
    MemoryEstimate grouped = plan("treegrpo.tree.shares=2", "treegrpo.ema.enabled=true").memory();
    assertThat(grouped.shareRollout()).as("four trees").isEqualTo(4 * 40 * latent);
    assertThat(grouped.checkpoint()).as("and the average").isEqualTo(16L * PARAMETERS);
    MemoryEstimate split = plan("treegrpo.tree.shares=24").memory();
    assertThat(split.shareRollout()).as("1 + 1 + 3 + 9 states").isEqualTo(14 * latent);
    assertThat(split.shareLatents()).as("9 leaves").isEqualTo(9 * latent);
  }

  @Test
  void evaluationsAndCheckpointsAreCounted() {
    RunPlan plan = plan();
    assertThat(plan.evaluations()).as("rounds 0, 8, 16, 20").isEqualTo(4);
    assertThat(plan.checkpoints()).as("rounds 10, 20").isEqualTo(2);
    assertThat(plan.evaluatedPrompts()).as("10 of 12").isEqualTo(10);
    assertThat(plan.evaluationWork()).as("prompts, images, steps").isEqualTo(10 * 2 * 5);
    RunPlan seldom = plan("treegrpo.evaluation.every=0", "treegrpo.evaluation.prompts=0");
    assertThat(seldom.evaluations()).as("before and after").isEqualTo(2);
    assertThat(seldom.evaluatedPrompts()).as("all").isEqualTo(12);
  }

  private static RunPlan lora(String... overrides) {
    List<Parameter> network = new ArrayList<>();
    for (int block = 0; block < 3; block++) {
      network.add(parameter("blocks." + block + ".to_q.weight", "bfloat16", false, 100));
      network.add(parameter("blocks." + block + ".to_q.lora_A.weight", "float32", true, 8));
      network.add(parameter("blocks." + block + ".to_q.lora_B.weight", "float32", true, 4));
    }
    TrainSettings settings = settings(overrides);
    return RunPlan.of(
        settings,
        new PlanInputs(
            inputs(Prediction.FLOW_VELOCITY).policy(),
            settings.policy().trainable().of(network),
            0,
            0,
            40,
            12,
            2,
            RewardWeightBytes.NONE));
  }

  @Test
  void onlyWhatIsTrainedIsSentAndSaved() {
    RunPlan all = lora();
    assertThat(all.memory().weights()).as("three pairs of 12").isEqualTo(4 * 36);
    assertThat(all.memory().executor())
        .as("one vector, and three frozen tensors of two bytes an element")
        .isEqualTo(4 * 36 + 3 * 2 * 100);
    assertThat(PlanText.of(all))
        .as("both lists")
        .contains(
            "36 parameters in 6 tensors",
            "blocks.*.to_q.lora_A.weight [8] float32, 3 times",
            "300 parameters in 3 tensors",
            "blocks.*.to_q.weight [100] bfloat16, 3 times");
    RunPlan chosen = lora("treegrpo.policy.trainable=[\"*.0.*lora_*\", \"*.2.*lora_*\"]");
    assertThat(chosen.memory().weights()).as("two pairs").isEqualTo(4 * 24);
    assertThat(PlanText.of(chosen))
        .as("what is not chosen is frozen")
        .contains("24 parameters in 4 tensors", "312 parameters in 5 tensors");
  }

  @Test
  void aPatternThatBindsNothingIsAProblem() {
    assertThatThrownBy(() -> lora("treegrpo.policy.trainable=[\"*lora_A*\", \"*.lora_C.*\"]"))
        .as("no such parameter")
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            "treegrpo.policy.trainable = *.lora_C.*: must match a parameter of policy.pt; it matches none of its 9");
    assertThatThrownBy(() -> lora("treegrpo.policy.trainable=[\"*to_q.weight\"]"))
        .as("frozen ones only")
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            "must match a parameter of policy.pt that requires a gradient; the 3 that it matches are frozen in the archive");
  }

  @Test
  void moreTrainingPromptsThanThereAreIsAProblem() {
    assertThatThrownBy(() -> plan("treegrpo.tree.prompts-per-round=41"))
        .as("40 prompts")
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(
            "treegrpo.tree.prompts-per-round = 41: must be at most the 40 prompts");
  }

  @Test
  void aTransitionThatDoesNotFitThePolicyIsAProblem() {
    assertThatThrownBy(() -> RunPlan.of(settings(), inputs(Prediction.EPSILON)))
        .as("a flow transition for a diffusion policy")
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("treegrpo.sampler.transition = flow-sde");
  }

  @Test
  void theTextTellsEverything() {
    assertThat(PlanText.of(plan("treegrpo.run-dir=/runs/one")))
        .as("plan")
        .contains(
            "spelling (ocr, weight 1.0), judge (ocr, measured only)",
            "216 (27 a tree, 27 a group)",
            "1200.0 network evaluations on average, 1200 to 1200",
            "104 forwards, 104 backwards in 1 epoch(s)",
            "min(8 shares, task slots) tasks",
            "3.8 MiB: as much again",
            "Files in /runs/one",
            "2 written, the last 2 kept, 11.4 MiB each, the last one round-000020",
            "schedule=flow-match-euler");
    assertThat(PlanText.of(plan("treegrpo.budget.images=500", "treegrpo.budget.seconds=60")))
        .as("what may end the run before its rounds")
        .contains("the rounds or 60.0 seconds or 500 images, whichever ends first");
    assertThat(PlanText.of(plan("treegrpo.tree.window.strategy=random")))
        .as("random window")
        .contains("random, starts at 0 (50.4 %), 1 (25.2 %)");
  }

  @ParameterizedTest
  @CsvSource({"0, 0 bytes", "1023, 1023 bytes", "1024, 1.0 KiB", "1572864, 1.5 MiB"})
  void sizesAreReadable(long bytes, String expected) {
    assertThat(Bytes.format(bytes)).as("%d bytes", bytes).isEqualTo(expected);
  }
}
