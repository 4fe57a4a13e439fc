package org.treegrpo.job.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.treegrpo.job.plan.PlanFixtures.parameter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.NetworkMemory;
import org.treegrpo.core.policy.NetworkMemory.ByRows;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.TrainableParameters.Selection;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

class DeviceMemoryTest {

  private static final long MIB = 1 << 20;

  private static final NetworkMemory MEMORY =
      new NetworkMemory(
          new ByRows(MIB, 20 * MIB),
          new ByRows(2 * MIB, 100 * MIB),
          Optional.of(new ByRows(3 * MIB, 10 * MIB)),
          Optional.of(new ByRows(0, 30 * MIB)));

  private static TrainSettings settings(String... overrides) {
    return new SettingsLoader(reward -> List.of())
        .parse(
            """
            treegrpo {
              policy.path = /policy
              prompts { train = /train.jsonl, evaluation = /held-out.jsonl }
              rewards = [ { name = spelling, type = ocr } ]
              update.micro-batch = 8
            }
            """,
            "test.conf",
            List.of(overrides),
            Use.PLAN);
  }

  private static PlanInputs inputs(Optional<NetworkMemory> memory) {
    return inputs(memory, RewardWeightBytes.NONE);
  }

  private static PlanInputs inputs(Optional<NetworkMemory> memory, RewardWeightBytes rewards) {
    PolicySpec spec =
        new PolicySpec(
            PolicySpec.Type.TORCHSCRIPT,
            "policy.pt",
            new LatentShape(3, 16, 32),
            Prediction.FLOW_VELOCITY,
            Optional.empty(),
            List.of(new PolicySpec.ConditioningInput("embeds", List.of(256, 1024))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            4,
            memory,
            Map.of());
    Selection parameters =
        new Selection(
            List.of(parameter("lora", "float32", true, MIB)),
            List.of(parameter("base", "bfloat16", false, 100 * MIB)));
    return new PlanInputs(spec, parameters, MIB, 4 * MIB, 40, 12, 3, rewards);
  }

  private static DeviceMemory plan(String... overrides) {
    return RunPlan.of(settings(overrides), inputs(Optional.of(MEMORY))).device();
  }

  @Test
  void eachPartIsCounted() {
    DeviceMemory memory = plan();
    assertThat(memory.frozen()).as("bfloat16, and the decoder").isEqualTo(204 * MIB);
    assertThat(memory.buffers()).as("of one network").isEqualTo(MIB);
    assertThat(memory.trained()).as("float32, with gradients").isEqualTo(8 * MIB);
    assertThat(memory.compared()).as("no penalty").isZero();
    assertThat(memory.conditionings()).as("three prompts").isEqualTo(3 * MIB);
    assertThat(memory.dearest().orElseThrow().name()).isEqualTo("learning");
    assertThat(memory.total()).isEqualTo((204 + 1 + 8 + 3 + 802) * MIB);
  }

  @Test
  void rewardModelsCountWhereTheyAre() {
    RewardWeightBytes rewards =
        RewardWeightBytes.NONE.plus("", 700 * MIB).plus("gpu", 30 * MIB).plus("gpu1", 10 * MIB);
    assertThat(rewards).isEqualTo(new RewardWeightBytes(700 * MIB, 40 * MIB));
    for (String device : List.of("cpu", "gpu")) {
      TrainSettings settings = settings("treegrpo.policy.device=" + device);
      RunPlan without = RunPlan.of(settings, inputs(Optional.of(MEMORY)));
      RunPlan with = RunPlan.of(settings, inputs(Optional.of(MEMORY), rewards));
      assertThat(with.device().total() - without.device().total())
          .as("on the policy's device, %s", device)
          .isEqualTo((device.equals("gpu") ? 40 : 700) * MIB);
      for (int slots : new int[] {1, 4}) {
        assertThat(
                SparkMemory.of(with, slots).executorOverhead()
                    - SparkMemory.of(without, slots).executorOverhead())
            .as("host memory of those on the CPU, once for %d slots: 700 x 1.25, in steps", slots)
            .isBetween(875L - 256, 875L + 256);
      }
    }
  }

  @Test
  void aReferenceHasTrainedWeightsOfItsOwn() {
    DeviceMemory reference = plan("treegrpo.update.kl=0.1");
    assertThat(reference.compared()).as("with gradients").isEqualTo(8 * MIB);
    assertThat(reference.conditionings()).as("each has its own").isEqualTo(6 * MIB);
    assertThat(reference.buffers()).as("each has its own").isEqualTo(2 * MIB);
    assertThat(plan("treegrpo.update.epochs=2").compared())
        .as("the ratio of an edge needs no older network")
        .isZero();
  }

  @Test
  void guidanceOfTwoTrainedBranchesKeepsBoth() {
    assertThat(plan("treegrpo.policy.guidance.grad=both").dearest().orElseThrow().total())
        .as("eight rows, twice")
        .isEqualTo(1602 * MIB);
  }

  @Test
  void withCheckpointingDecodingNeedsMost() {
    DeviceMemory memory = plan("treegrpo.update.checkpointing=blocks");
    assertThat(memory.dearest().orElseThrow().name()).isEqualTo("decoding");
    assertThat(memory.dearest().orElseThrow().total()).isEqualTo(240 * MIB);
  }

  @Test
  void aDeviceThatIsTooSmallIsRefusedWithWhatFits() {
    assertThat(plan("treegrpo.policy.device-memory-gib=1.0").total()).isEqualTo(1018 * MIB);
    assertThatThrownBy(() -> plan("treegrpo.policy.device-memory-gib=0.5"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("treegrpo.update.micro-batch")
        .hasMessageContaining("1018.0 MiB; 2 fits, and more with update.checkpointing = blocks");
    assertThatThrownBy(() -> plan("treegrpo.policy.device-memory-gib=0.3"))
        .hasMessageContaining("set update.checkpointing = blocks, or export");
  }

  @Test
  void whatIsLoadedBesidesMustFitToo() {
    DeviceMemory memory = plan("treegrpo.update.kl=0.1", "treegrpo.update.checkpointing=blocks");
    assertThat(memory.loading()).as("the reference's own copy").isEqualTo(200 * MIB);
    assertThat(memory.total())
        .as("decoding needs more")
        .isEqualTo((204 + 2 + 8 + 8 + 6 + 240) * MIB);
    assertThatThrownBy(
            () -> plan("treegrpo.update.kl=0.1", "treegrpo.policy.device-memory-gib=0.4"))
        .as("not even without a pass")
        .hasMessageContaining("no batch fits");
  }

  @Test
  void theBatchThatFitsIsOneForAllPasses() {
    assertThatThrownBy(
            () ->
                plan(
                    "treegrpo.update.checkpointing=blocks",
                    "treegrpo.policy.device-memory-gib=0.25"))
        .as("256 - 216 MiB: decoding one row needs 30, sampling 21, learning 13")
        .hasMessageContaining("1 fits")
        .hasMessageNotContaining("and more with");
  }

  @Test
  void aDecoderMayHaveABatchOfItsOwn() {
    String blocks = "treegrpo.update.checkpointing=blocks";
    DeviceMemory memory = plan(blocks, "treegrpo.policy.decode-batch=2");
    assertThat(memory.dearest().orElseThrow().name()).as("now dearest").isEqualTo("sampling");
    assertThat(memory.passes()).last().extracting(pass -> pass.total()).isEqualTo(60 * MIB);
    assertThat(plan(blocks, "treegrpo.policy.decode-batch=12").total())
        .as("more images than rows of the network")
        .isEqualTo((205 + 8 + 3 + 360) * MIB);
    assertThatThrownBy(() -> plan(blocks, "treegrpo.policy.device-memory-gib=0.4"))
        .as("409 - 216 MiB: sampling needs 161, decoding 240")
        .hasMessageContaining("treegrpo.policy.decode-batch")
        .hasMessageContaining("8 latents decoded at once; 6 fits");
    assertThatThrownBy(
            () ->
                plan(
                    blocks,
                    "treegrpo.policy.decode-batch=1",
                    "treegrpo.policy.device-memory-gib=0.3"))
        .as("307 - 216 MiB, of which decoding, with its own batch, takes 30")
        .hasMessageContaining("treegrpo.update.micro-batch")
        .hasMessageContaining("4 fits");
  }

  @Test
  void whatThePolicyDoesNotSayIsNotInvented() {
    RunPlan plan = RunPlan.of(settings(), inputs(Optional.empty()));
    assertThat(plan.device().dearest()).isEmpty();
    assertThat(plan.device().total()).isEqualTo((205 + 8 + 3) * MIB);
    assertThat(PlanText.of(plan)).contains("not known, policy.json has no memory");
    assertThat(PlanText.of(RunPlan.of(settings(), inputs(Optional.of(MEMORY)))))
        .contains(
            "802.0 MiB: learning a batch of 8, 100.0 MiB a row and 2.0 MiB whatever the batch");
  }
}
