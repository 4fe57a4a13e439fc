package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.io.TensorInfo;
import org.treegrpo.job.files.FileCache;
import org.treegrpo.job.train.LoraPolicy;
import org.treegrpo.job.train.TinyRun;

/** Adapters trained and exported, seen from the command line. */
class LoraRunTest {

  @TempDir Path directory;
  private Inputs inputs;
  private Path run;
  private Path out;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    LoraPolicy.write(inputs.file("policy"));
    inputs.edit(
        "run.conf",
        "guidance.scale = 1.5",
        "guidance.scale = 1.5, trainable = " + LoraPolicy.TRAINABLE);
    run = inputs.file("run");
    out = inputs.file("lora");
  }

  @Test
  void trainedAdaptersComeOutAsALoraWithTheirScale() throws IOException {
    inputs.train("rounds=2", "update.kl=0", "ema.enabled=false", "export.every=2").assertDone();
    inputs
        .command("export-lora", "--run-dir", run.toString(), "--out", out.toString())
        .assertDone();
    Path checkpoint = run.resolve("checkpoints/round-000002/policy.safetensors");
    try (SafetensorsReader trained = SafetensorsReader.open(checkpoint);
        SafetensorsReader lora =
            SafetensorsReader.open(out.resolve("pytorch_lora_weights.safetensors"))) {
      assertThat(trained.tensors())
          .as("the checkpoint holds the adapters only")
          .extracting(TensorInfo::name)
          .containsExactlyInAnyOrder(LoraPolicy.DOWN, LoraPolicy.UP);
      float[] up = trained.readFloat32(LoraPolicy.UP);
      float[] exported = lora.readFloat32("transformer.to_q.lora_B.weight");
      assertThat(up).as("it has learned").isNotEqualTo(new float[up.length]);
      for (int i = 0; i < up.length; i++) {
        assertThat(exported[i]).as("alpha / r = 2, element %d", i).isEqualTo(2 * up[i]);
      }
      assertThat(lora.readFloat32("transformer.to_q.lora_A.weight"))
          .isEqualTo(trained.readFloat32(LoraPolicy.DOWN));
      assertThat(trained.metadata())
          .as("what the adapters belong to")
          .containsEntry("base_sha256", FileCache.digest(inputs.file("policy/network.pt")));
    }
    assertThat(Files.readString(out.resolve("README.md")))
        .as("model card")
        .contains("after round 2", "SHA-256", "brightness");
    assertThat(run.resolve("exports/round-000002/pytorch_lora_weights.safetensors"))
        .as("the run's own export of its last round")
        .hasSameBinaryContentAs(out.resolve("pytorch_lora_weights.safetensors"));
    List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(metrics.get(0)).as("lora_B is 0").contains("\"tensors_with_gradient\":1");
    assertThat(metrics.get(1)).as("both").contains("\"tensors_with_gradient\":2");
  }

  @Test
  void aLargeArchiveIsNotSentAlongAndLearnsTheSameOnTwoCores() throws IOException {
    inputs.train("rounds=2", "update.kl=0.1").assertDone();
    String small = weightsAfterTwoRounds();
    LoraPolicy.writeLarge(inputs.file("policy"));
    inputs
        .command(
            TinyRun.spark("local[2]"),
            new Configuration(),
            inputs.arguments(
                "train", "rounds=2", "update.kl=0.1", "run-dir=" + inputs.file("large")))
        .assertDone();
    run = inputs.file("large");
    assertThat(weightsAfterTwoRounds()).as("weights").isEqualTo(small);
  }

  @Test
  void anExportedLoraDrawsWhatTheRunDraws() throws IOException {
    inputs.train("rounds=1", "update.kl=0").assertDone();
    inputs
        .command("export-lora", "--run-dir", run.toString(), "--out", out.toString())
        .assertDone();
    Path ofRun = inputs.file("run.safetensors");
    Path ofLora = inputs.file("lora.safetensors");
    inputs
        .command("sample", "--run-dir", run.toString(), "--prompt", "ab", "--out", ofRun.toString())
        .assertDone();
    List<String> sample = new ArrayList<>(List.of(inputs.arguments("sample")));
    sample.addAll(List.of("--prompt", "ab", "--out", ofLora.toString(), "--lora", out.toString()));
    inputs.command(sample.toArray(String[]::new)).assertDone();
    assertThat(ofLora).hasSameBinaryContentAs(ofRun);
    sample.addAll(List.of("--checkpoint", run.toString()));
    inputs.command(sample.toArray(String[]::new)).assertRefused("--lora: '" + out + "'");
  }

  @Test
  void aFileOfOtherTensorsIsNoLora() throws IOException {
    inputs.train("rounds=1", "update.kl=0").assertDone();
    Path file = run.resolve("checkpoints/round-000001/policy.safetensors");
    List<String> evaluate = new ArrayList<>(List.of(inputs.arguments("evaluate")));
    evaluate.addAll(List.of("--lora", file.toString()));
    inputs
        .command(evaluate.toArray(String[]::new))
        .assertRefused("--lora: '" + file + "' must be a LoRA of this policy's modules");
  }

  @Test
  void theReferenceMayBeTheBaseWithoutItsAdapters() throws IOException {
    inputs.train("rounds=1", "update.kl=0.1", "policy.reference=base").assertDone();
    Inputs plain = new Inputs(Files.createDirectory(directory.resolve("plain")));
    plain
        .train("rounds=1", "policy.reference=base")
        .assertRefused("treegrpo.policy.reference: base needs a policy with adapters");
    inputs
        .train("policy.trainable=[\"*.lora_B.*\"]", "policy.reference=base")
        .assertRefused("of which all are trained", "0 of 1 are, and 1 tensors");
  }

  @Test
  void anArchiveWithoutSegmentsCannotBeComputedAgainByBlocks() throws IOException {
    inputs
        .train("rounds=1", "update.checkpointing=blocks")
        .assertRefused("treegrpo.update.checkpointing: blocks", "has no segments");
  }

  private String weightsAfterTwoRounds() throws IOException {
    String last = Files.readAllLines(run.resolve("metrics.jsonl")).get(1);
    return last.substring(last.indexOf("weights_sha256"));
  }

  @Test
  void aLargeNetworkThatBreaksItsContractIsFoundByAnExecutorBeforeTheFirstRound()
      throws IOException {
    LoraPolicy.writeLargeBroken(inputs.file("policy"));
    inputs
        .train("rounds=2")
        .assertRefused("network.pt: forward must return the shape of the latent");
    LoraPolicy.writeLarge(inputs.file("policy"));
    inputs.train("rounds=1").assertDone();
  }

  @Test
  void aLargeFileThatThePolicyDoesNotNameIsLeftWhereItIs() throws IOException {
    LoraPolicy.writeLarge(inputs.file("policy"));
    Files.write(inputs.file("policy/another.pt"), new byte[20_000_000]);
    Path cache = inputs.file("cache");
    Configuration mounted = new Configuration();
    mounted.set("fs.viewfs.mounttable.far.link./policy", inputs.file("policy").toUri().toString());
    inputs
        .command(
            TinyRun.spark("local[1]"),
            mounted,
            inputs.arguments(
                "train",
                "rounds=1",
                "policy.path=\"viewfs://far/policy\"",
                "policy.cache-dir=" + cache))
        .assertDone();
    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.filter(file -> file.toFile().length() > 1_000_000))
          .as("the network")
          .hasSize(1);
    }
  }

  @Test
  void adaptersOfAnotherBaseAreRefused() throws IOException {
    inputs.train("rounds=1", "update.kl=0").assertDone();
    LoraPolicy.writeOtherBase(inputs.file("policy"));
    for (String command : List.of("evaluate", "export-lora")) {
      List<String> arguments = new ArrayList<>(List.of(command, "--run-dir", run.toString()));
      if (command.equals("export-lora")) {
        arguments.addAll(List.of("--out", out.toString()));
      }
      inputs
          .command(arguments.toArray(String[]::new))
          .assertRefused(
              "--run-dir: '" + run + "' must be a run of this policy",
              "it was trained on a base whose SHA-256 is ",
              "and network.pt has ");
    }
  }

  @Test
  void aPolicyWithoutAdaptersIsRefused() throws IOException {
    Inputs plain = new Inputs(Files.createDirectory(directory.resolve("plain")));
    plain.train("rounds=1").assertDone();
    plain
        .command("export-lora", "--run-dir", plain.file("run").toString(), "--out", out.toString())
        .assertRefused("must be a policy with adapters; its policy.json has no lora");
    plain.train("rounds=1", "export.every=1").assertRefused("its policy.json has no lora");
  }

  @Test
  void aPatternThatBindsNothingIsRefused() throws IOException {
    inputs
        .train("policy.trainable=[\"*.lora_C.*\"]")
        .assertRefused("treegrpo.policy.trainable = *.lora_C.*", "it matches none of its 3");
  }

  @Test
  void anArchiveThatIsNotTheDescribedOneIsRefused() throws IOException {
    inputs.edit(
        "policy/policy.json",
        "\"decoder\": null",
        "\"decoder\": null, \"sha256\": {\"network.pt\": \"%s\"}".formatted("ab".repeat(32)));
    inputs
        .train()
        .assertRefused(
            inputs.file("policy/network.pt") + ": must have the SHA-256 that policy.json says");
  }
}
