package org.treegrpo.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.LAYOUT;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.checkpoint;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.vector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.files.RunDirectory;

class CheckpointStoreTest {

  @TempDir Path directory;
  private RunDirectory run;
  private CheckpointStore store;

  @BeforeEach
  void open() throws IOException {
    run = RunDirectory.of(directory.toUri().toString(), new Configuration(false));
    store = new CheckpointStore(run);
  }

  private Path file(int round, String name) {
    return directory.resolve("checkpoints/round-%06d".formatted(round)).resolve(name);
  }

  private Optional<CheckpointStore.Verified> newest(List<String> refusals) throws IOException {
    return store.newestValid(refusals);
  }

  @Test
  void loadsWhatItSaved() throws IOException {
    Checkpoint saved = checkpoint(10);
    store.save(saved);
    List<String> refusals = new ArrayList<>();
    Checkpoint loaded = store.load(newest(refusals).orElseThrow(), LAYOUT);
    assertThat(refusals).as("refusals").isEmpty();
    assertThat(loaded.state()).as("state").isEqualTo(saved.state());
    assertThat(loaded.weights()).as("weights").isEqualTo(saved.weights());
    assertThat(loaded.ema())
        .as("EMA")
        .hasValueSatisfying(ema -> assertThat(ema).as("EMA").isEqualTo(vector(110)));
    assertThat(loaded.old().orElseThrow()).as("old weights").isEqualTo(vector(410));
    assertThat(loaded.estimator()).as("estimator").isEqualTo(saved.estimator());
    assertThat(loaded.firstMoment().toArray()).as("first moment").isEqualTo(vector(210));
    assertThat(loaded.secondMoment().toArray()).as("second moment").isEqualTo(vector(310));
  }

  @Test
  void writesTheFilesOfTheContractAndNoOthers() throws IOException {
    store.save(checkpoint(10));
    try (Stream<Path> files = Files.list(file(10, "state.json").getParent())) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .as("files of a checkpoint")
          .containsExactlyInAnyOrder(
              "policy.safetensors",
              "ema.safetensors",
              "old.safetensors",
              "estimator.json",
              "optimizer.safetensors",
              "state.json",
              "MANIFEST.json");
    }
    assertThat(Files.readString(file(10, "state.json")))
        .as("state.json")
        .contains("\"round\" : 10", "\"optimizer_steps\" : 20", "\"run_seed\" : -7")
        .contains("\"weights_sha256\" : \"" + WeightsDigest.sha256(vector(10)) + "\"");
    try (SafetensorsReader reader = SafetensorsReader.open(file(10, "optimizer.safetensors"))) {
      assertThat(reader.tensors())
          .as("optimiser tensors")
          .extracting("name")
          .containsExactly(
              "block.weight/exp_avg",
              "block.weight/exp_avg_sq",
              "block.bias/exp_avg",
              "block.bias/exp_avg_sq");
    }
  }

  @Test
  void worksWithoutAnAverage() throws IOException {
    Checkpoint full = checkpoint(3);
    store.save(
        new Checkpoint(
            full.state(),
            LAYOUT,
            full.weights(),
            Optional.empty(),
            Optional.empty(),
            full.firstMoment(),
            full.secondMoment(),
            new byte[0]));
    assertThat(file(3, "ema.safetensors")).as("no EMA file").doesNotExist();
    assertThat(store.load(newest(new ArrayList<>()).orElseThrow(), LAYOUT).ema())
        .as("no EMA")
        .isEmpty();
  }

  @Test
  void hasNothingBeforeTheFirstCheckpoint() throws IOException {
    List<String> refusals = new ArrayList<>();
    assertThat(newest(refusals)).as("no checkpoint").isEmpty();
    assertThat(refusals).as("and nothing refused").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"policy.safetensors", "ema.safetensors", "optimizer.safetensors", "state.json"})
  void aFlippedByteMeansThePreviousOneAndAReport(String name) throws IOException {
    store.save(checkpoint(10));
    store.save(checkpoint(20));
    byte[] bytes = Files.readAllBytes(file(20, name));
    bytes[bytes.length - 5] ^= 1;
    Files.write(file(20, name), bytes);
    List<String> refusals = new ArrayList<>();
    assertThat(newest(refusals).orElseThrow().state().round()).as("round").isEqualTo(10);
    assertThat(refusals)
        .singleElement()
        .asString()
        .as("the report")
        .contains("round-000020", name + " must have the SHA-256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy.safetensors", "state.json", "MANIFEST.json"})
  void aHalfWrittenFileIsRefused(String name) throws IOException {
    store.save(checkpoint(10));
    store.save(checkpoint(20));
    byte[] bytes = Files.readAllBytes(file(20, name));
    Files.write(file(20, name), Arrays.copyOf(bytes, bytes.length / 2));
    List<String> refusals = new ArrayList<>();
    assertThat(newest(refusals).orElseThrow().state().round()).as("round").isEqualTo(10);
    assertThat(refusals).as("the report").singleElement().asString().contains(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy.safetensors", "ema.safetensors", "state.json"})
  void aMissingFileIsRefused(String name) throws IOException {
    store.save(checkpoint(20));
    Files.delete(file(20, name));
    List<String> refusals = new ArrayList<>();
    assertThat(newest(refusals)).as("none is valid").isEmpty();
    assertThat(refusals).as("the report").singleElement().asString().contains(name + " is missing");
  }

  @Test
  void whatACrashBetweenFilesLeavesIsNoCheckpoint() throws IOException {
    store.save(checkpoint(10));
    store.save(checkpoint(20));
    Files.delete(file(20, "MANIFEST.json"));
    Files.delete(file(20, "optimizer.safetensors"));
    List<String> refusals = new ArrayList<>();
    assertThat(newest(refusals).orElseThrow().state().round()).as("round").isEqualTo(10);
    assertThat(refusals).as("the report").singleElement().asString().contains("was not finished");
  }

  @Test
  void aManifestMayNotReachOutsideOrLeaveFilesOut() throws IOException {
    store.save(checkpoint(20));
    String manifest = Files.readString(file(20, "MANIFEST.json"));
    Files.writeString(
        file(20, "MANIFEST.json"), manifest.replace("\"state.json\"", "\"../../state.json\""));
    assertThatThrownBy(() -> store.verify(run.checkpoint(20)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("found '../../state.json'");
    Files.writeString(file(20, "MANIFEST.json"), "{\"files\": {}}");
    assertThatThrownBy(() -> store.verify(run.checkpoint(20)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("must list optimizer.safetensors")
        .hasMessageContaining("must list policy.safetensors")
        .hasMessageContaining("must list state.json");
  }

  @Test
  void aCheckpointUnderAnotherRoundsNameIsRefused() throws IOException {
    store.save(checkpoint(10));
    Files.move(file(10, "x").getParent(), file(30, "x").getParent());
    assertThatThrownBy(() -> store.verify(run.checkpoint(30)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("must be of its round; found 10");
  }

  @Test
  void anotherPolicysCheckpointIsAnErrorAndNotSkipped() throws IOException {
    store.save(checkpoint(10));
    ParameterLayout other =
        new ParameterLayout(List.of(new ParameterLayout.Entry("lora.a", new long[] {1}, 0, 1)));
    CheckpointStore.Verified newest = newest(new ArrayList<>()).orElseThrow();
    assertThatThrownBy(() -> store.load(newest, other))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("missing [lora.a], unexpected [block.weight, block.bias]");
  }

  @Test
  void refusesToSaveUnderAWrongFingerprint() {
    Checkpoint good = checkpoint(10);
    good.weights()[0] += 1;
    assertThatThrownBy(() -> store.save(good))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weights_sha256");
  }

  @Test
  void prunesOldAndUnfinishedCheckpoints() throws IOException {
    for (int round : new int[] {10, 20, 30, 40}) {
      store.save(checkpoint(round));
    }
    Files.delete(file(20, "MANIFEST.json"));
    Files.createDirectories(file(50, "x").getParent());
    Files.writeString(directory.resolve("checkpoints/notes.txt"), "keep me");
    store.prune(2);
    try (Stream<Path> left = Files.list(directory.resolve("checkpoints"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .as("the two newest finished, the unfinished one in progress, and what is not ours")
          .containsExactlyInAnyOrder("round-000030", "round-000040", "round-000050", "notes.txt");
    }
    assertThatThrownBy(() -> store.prune(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keepsTheCheckpointSavedLastBesideADamagedOneOfALaterRound() throws IOException {
    store.save(checkpoint(10));
    store.save(checkpoint(20));
    Files.writeString(file(20, "state.json"), "{}");
    store.save(checkpoint(15));
    store.prune(1);
    try (Stream<Path> left = Files.list(directory.resolve("checkpoints"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .as("what a run resumed from round 10 has just saved")
          .containsExactly("round-000015");
    }
  }

  @Test
  void roundsBeyondSixDigitsAreTheNewest() throws IOException {
    store.save(checkpoint(999_999));
    store.save(checkpoint(1_000_000));
    assertThat(newest(new ArrayList<>()).orElseThrow().state().round())
        .as("compared as numbers")
        .isEqualTo(1_000_000);
  }

  @Test
  void theFingerprintIsThatOfTheLittleEndianBytes() throws IOException, NoSuchAlgorithmException {
    assertThat(WeightsDigest.sha256(new float[0]))
        .as("of nothing")
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    byte[] one = {0, 0, (byte) 0x80, 0x3f};
    assertThat(WeightsDigest.sha256(new float[] {1f}))
        .as("of 1")
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(one)));
    store.save(checkpoint(10));
    byte[] policy = Files.readAllBytes(file(10, "policy.safetensors"));
    byte[] data = Arrays.copyOfRange(policy, policy.length - 4 * LAYOUT.size(), policy.length);
    assertThat(WeightsDigest.sha256(vector(10)))
        .as("of the data section of policy.safetensors")
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data)));
  }

  @Test
  void savesTheSameBytesTwice() throws IOException {
    store.save(checkpoint(10));
    byte[] first = Files.readAllBytes(file(10, "MANIFEST.json"));
    Files.writeString(file(10, "debris"), "x", StandardOpenOption.CREATE);
    store.save(checkpoint(10));
    assertThat(Files.readAllBytes(file(10, "MANIFEST.json")))
        .as("sizes and hashes")
        .isEqualTo(first);
    assertThat(file(10, "debris")).as("replaced as a whole").doesNotExist();
  }
}
