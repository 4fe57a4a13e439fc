package org.treegrpo.job.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.job.checkpoint.CheckpointException;
import org.treegrpo.job.checkpoint.RunLockedException;
import org.treegrpo.job.checkpoint.SnapshotFileSystem;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.FaultyFileSystem.Fault;
import org.treegrpo.job.files.RunDirectory;

class RegistryTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-29T03:00:00Z"), ZoneOffset.UTC);

  @TempDir Path directory;

  private static RunDirectory place(Path path) throws IOException {
    return RunDirectory.of(path.toUri().toString(), new Configuration(false));
  }

  private static RunDirectory place(FileSystem fs, Path path) {
    return new RunDirectory(fs, fs.makeQualified(new org.apache.hadoop.fs.Path(path.toUri())));
  }

  private static RegistryWriter writer(RunDirectory place) throws IOException {
    return RegistryWriter.open(place, "test", false, CLOCK);
  }

  private static Version add(RegistryWriter writer, int round) throws IOException {
    return writer.add(
        new Version("", "", "/policy", "/run", round, null, "sha-" + round, null, null),
        Map.of(Registry.WEIGHTS, out -> out.write(weights(round))));
  }

  private static Retention keeping(int promoted, int candidates) {
    return new Retention(promoted, candidates, Duration.ofDays(1), Long.MAX_VALUE, 99);
  }

  private static byte[] weights(int round) {
    byte[] weights = new byte[300];
    java.util.Arrays.fill(weights, (byte) round);
    return weights;
  }

  private String promoted() throws IOException {
    return new Registry(place(directory)).current().map(Promotion::version).orElse("");
  }

  @Test
  void whatIsPromotedIsWhatReadersFind() throws IOException {
    Registry registry = new Registry(place(directory));
    assertThat(registry.current()).as("before the first").isEmpty();
    try (RegistryWriter writer = writer(place(directory))) {
      Version first = add(writer, 1);
      Version second = add(writer, 2);
      assertThat(promoted()).as("added is not promoted").isEmpty();
      writer.promote(first.id(), "begins");
      writer.promote(second.id(), "better");
    }
    assertThat(registry.versions())
        .as("versions")
        .extracting(Version::id)
        .containsExactly("v000001", "v000002");
    assertThat(registry.current())
        .hasValue(new Promotion(2, "v000002", "v000001", "2026-11-29T03:00:00Z", "better", null));
    assertThat(directory.resolve("versions/v000002/policy.safetensors"))
        .hasBinaryContent(weights(2));
    assertThat(directory.resolve("promoted")).isDirectoryContaining("glob:**PROMOTED-000002.json");
  }

  @Test
  void theSameCallAgainAddsAndPromotesNothing() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (RegistryWriter writer = writer(place(directory))) {
        writer.promote(add(writer, 1).id(), "once");
      }
    }
    Registry registry = new Registry(place(directory));
    assertThat(registry.versions()).as("versions").hasSize(1);
    assertThat(registry.promotions()).as("promotions").hasSize(1);
  }

  @Test
  void rollbackGoesBackOneByOneAndNotBackAndForth() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      for (int round = 1; round <= 3; round++) {
        writer.promote(add(writer, round).id(), "night");
      }
      assertThat(writer.rollback("bad").version()).isEqualTo("v000002");
      assertThat(writer.rollback("bad too").version()).isEqualTo("v000001");
      assertThatThrownBy(() -> writer.rollback("and now?"))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("there is no earlier version to go back to from v000001");
      writer.promote(add(writer, 4).id(), "the next night");
      assertThat(writer.rollback("bad").version()).as("not v000003").isEqualTo("v000001");
    }
    assertThat(new Registry(place(directory)).promotions()).as("all of it is kept").hasSize(7);
  }

  @Test
  void aDamagedVersionIsNotPromoted() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      writer.promote(add(writer, 1).id(), "good");
      Version second = add(writer, 2);
      Files.write(directory.resolve("versions/v000002/policy.safetensors"), weights(3));
      assertThatThrownBy(() -> writer.promote(second.id(), "bad"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("policy.safetensors must have the SHA-256");
      assertThatThrownBy(() -> writer.promote("v000009", "none"))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("has no version 'v000009'; it has [v000001, v000002]");
    }
    assertThat(promoted()).as("as before").isEqualTo("v000001");
  }

  @Test
  void collectingLeavesWhatMayBeNeeded() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      for (int round = 1; round <= 6; round++) {
        Version version = add(writer, round);
        if (round % 2 == 0) {
          writer.promote(version.id(), "night");
        }
      }
      Files.delete(directory.resolve("versions/v000005/MANIFEST.json"));
      assertThat(writer.collect(keeping(2, 1)))
          .as("unfinished, the oldest candidate, the oldest promoted")
          .containsExactly("v000001", "v000002", "v000005");
      assertThat(writer.collect(keeping(1, 0))).containsExactly("v000003", "v000004");
      assertThat(promoted()).as("never the one in force").isEqualTo("v000006");
      assertThat(add(writer, 7).id()).as("a candidate").isEqualTo("v000007");
      assertThat(writer.collect(keeping(1, 0))).as("the newest stays").isEmpty();
      assertThat(add(writer, 8).id()).as("no id twice").isEqualTo("v000008");
    }
  }

  @Test
  void collectingKeepsWhatRollbacksLeadTo() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      for (int round = 1; round <= 3; round++) {
        writer.promote(add(writer, round).id(), "night");
      }
      writer.rollback("v000003 is bad");
      add(writer, 4);
      assertThat(writer.collect(keeping(2, 0)))
          .as("what was rolled back from")
          .containsExactly("v000003");
      assertThat(writer.rollback("v000002 too").version()).isEqualTo("v000001");
    }
  }

  @Test
  void whatANightNeedsThatIsNotOverIsNotCollected() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      for (int round = 1; round <= 3; round++) {
        writer.promote(add(writer, round).id(), "night");
      }
      Path night = Files.createDirectories(directory.resolve("nights/open"));
      Files.writeString(
          night.resolve("night.json"),
          "{\"id\":\"open\",\"started\":\"2026-11-28T12:00:00Z\",\"parent\":\"v000001\"}");
      assertThat(writer.collect(keeping(1, 0))).as("not its parent").containsExactly("v000002");
      Files.writeString(night.resolve("result.json"), "{}");
      assertThat(writer.collect(keeping(1, 0))).as("now it is over").containsExactly("v000001");
    }
  }

  @Test
  void candidatesAreKeptByAgeAndSize() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      for (int round = 1; round <= 4; round++) {
        add(writer, round);
      }
    }
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory.resolve("versions/v000004"))) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    Retention twice = new Retention(1, 9, Duration.ofDays(2), 2 * bytes + bytes / 2, 9);
    try (RegistryWriter writer = writer(place(directory))) {
      assertThat(writer.collect(twice)).as("two fit").containsExactly("v000001", "v000002");
    }
    Clock later = Clock.offset(CLOCK, Duration.ofDays(3));
    try (RegistryWriter writer = RegistryWriter.open(place(directory), "test", false, later)) {
      assertThat(writer.collect(twice)).as("too old; the newest stays").containsExactly("v000003");
    }
  }

  @Test
  void checkpointsOfOldNightsAreCollected() throws IOException {
    for (String id : List.of("2026-01-01", "2026-01-02", "2026-01-03")) {
      Path night = directory.resolve("nights").resolve(id);
      Files.createDirectories(night.resolve("run/checkpoints/round-000001"));
      Files.writeString(
          night.resolve("night.json"),
          "{\"id\":\"%s\",\"started\":\"%sT01:30:00Z\"}".formatted(id, id));
      if (!id.equals("2026-01-03")) {
        Files.writeString(night.resolve("result.json"), "{}");
      }
    }
    try (RegistryWriter writer = writer(place(directory))) {
      Retention newest = new Retention(1, 1, Duration.ofDays(1), 1, 1);
      assertThat(writer.collect(newest)).containsExactly("nights/2026-01-01/run/checkpoints");
      Retention none = new Retention(1, 1, Duration.ofDays(1), 1, 0);
      assertThat(writer.collect(none))
          .as("never of a night that is not over")
          .containsExactly("nights/2026-01-02/run/checkpoints");
    }
  }

  @Test
  void aSecondWriterIsToldWhoHoldsIt() throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      assertThatThrownBy(() -> writer(place(directory)))
          .isInstanceOf(RunLockedException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
      add(writer, 1);
    }
    writer(place(directory)).close();
  }

  /** Whatever a death leaves, readers find a whole version, and the same calls end the same. */
  @Test
  void everyStateThatADeathCanLeaveIsReadAndGoneOnWith() throws IOException {
    Path live = directory.resolve("live");
    try (RegistryWriter writer = writer(place(live))) {
      writer.promote(add(writer, 1).id(), "begins");
    }
    SnapshotFileSystem fs = new SnapshotFileSystem(live, directory.resolve("snapshots"));
    try (RegistryWriter writer = writer(place(fs, live))) {
      writer.promote(add(writer, 2).id(), "night");
    }
    assertThat(fs.snapshots())
        .as("each file created, written, closed, renamed")
        .hasSizeGreaterThan(20);
    List<String> seen = new ArrayList<>();
    for (Path snapshot : fs.snapshots()) {
      Registry registry = new Registry(place(snapshot));
      String id = registry.current().orElseThrow().version();
      registry.verify(id);
      seen.add(id);
      Files.deleteIfExists(snapshot.resolve("run.lock"));
      try (RegistryWriter writer = writer(place(snapshot))) {
        writer.promote(add(writer, 2).id(), "night");
      }
      assertThat(registry.promotions()).as("once, after %s", snapshot).hasSize(2);
      registry.verify(registry.current().orElseThrow().version());
    }
    assertThat(seen)
        .as("the one, then the other")
        .isSorted()
        .startsWith("v000001")
        .endsWith("v000002");
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aStoreThatFailsLeavesItAsItWas(Fault fault) throws IOException {
    try (RegistryWriter writer = writer(place(directory))) {
      writer.promote(add(writer, 1).id(), "begins");
    }
    for (String victim :
        List.of("policy.safetensors", "version.json", "MANIFEST.json", "PROMOTED-000002")) {
      FaultyFileSystem faulty = new FaultyFileSystem(fault, victim);
      assertThatThrownBy(
              () -> {
                try (RegistryWriter writer = writer(place(faulty, directory))) {
                  writer.promote(add(writer, 2).id(), "night");
                }
              })
          .as("%s on %s", fault, victim)
          .isInstanceOfAny(IOException.class, Error.class);
      Files.deleteIfExists(directory.resolve("run.lock"));
      assertThat(promoted()).as("%s on %s", fault, victim).isEqualTo("v000001");
    }
    try (RegistryWriter writer = writer(place(directory))) {
      writer.promote(add(writer, 2).id(), "night");
    }
    assertThat(new Registry(place(directory)).current().orElseThrow().reason()).isEqualTo("night");
  }

  @Test
  void aReaderInALoopNeverSeesHalfAVersion() throws Exception {
    try (RegistryWriter writer = writer(place(directory))) {
      writer.promote(add(writer, 1).id(), "begins");
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Integer> reads =
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                while (!over.get() || count == 0) {
                  readWhole();
                  count++;
                }
                return count;
              });
      for (int round = 2; round <= 30; round++) {
        writer.promote(add(writer, round).id(), "night");
      }
      over.set(true);
      assertThat(reads.get()).as("reads, all of them whole").isPositive();
    }
  }

  private void readWhole() {
    try {
      Registry registry = new Registry(place(directory));
      String id = registry.current().orElseThrow().version();
      registry.verify(id);
    } catch (IOException e) {
      throw new AssertionError("a reader saw no whole version", e);
    }
  }
}
