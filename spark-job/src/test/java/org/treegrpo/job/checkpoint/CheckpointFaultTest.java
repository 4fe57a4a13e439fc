package org.treegrpo.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.treegrpo.job.checkpoint.CheckpointFixtures.checkpoint;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.FaultyFileSystem.Fault;
import org.treegrpo.job.files.RunDirectory;

/** Saving a checkpoint on a file system that fails. */
class CheckpointFaultTest {

  private static final List<String> FILES =
      List.of(
          "policy.safetensors",
          "ema.safetensors",
          "old.safetensors",
          "estimator.json",
          "optimizer.safetensors",
          "state.json",
          "MANIFEST.json");

  @TempDir Path directory;
  private RunDirectory run;
  private CheckpointStore store;

  @BeforeEach
  void open() throws IOException {
    run = RunDirectory.of(directory.toUri().toString(), new Configuration(false));
    store = new CheckpointStore(run);
  }

  static Stream<Arguments> filesAndFaults() {
    return FILES.stream()
        .flatMap(file -> Stream.of(Fault.values()).map(fault -> Arguments.of(file, fault)));
  }

  private int newestRound() throws IOException {
    return store.newestValid(new ArrayList<>()).orElseThrow().state().round();
  }

  private void assertNothingTemporary() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files).as("no temporary file").noneMatch(file -> file.toString().endsWith(".tmp"));
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("filesAndFaults")
  void aFaultInAFileNamesItAndLeavesThePreviousCheckpointTheNewest(String file, Fault fault)
      throws IOException {
    store.save(checkpoint(10));
    try (FaultyFileSystem faulty = new FaultyFileSystem(fault, "round-000020/" + file)) {
      CheckpointStore failing = new CheckpointStore(new RunDirectory(faulty, run.root()));
      assertThatThrownBy(() -> failing.save(checkpoint(20)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("round-000020/" + file);
    }
    assertThat(newestRound()).as("the previous one").isEqualTo(10);
    assertNothingTemporary();
    store.save(checkpoint(20));
    assertThat(newestRound()).as("the next attempt replaces what was left").isEqualTo(20);
  }

  @Test
  void theManifestIsWrittenLast() throws IOException {
    try (FaultyFileSystem watched = new FaultyFileSystem(Fault.RENAME_REFUSED, "no file")) {
      new CheckpointStore(new RunDirectory(watched, run.root())).save(checkpoint(1));
      assertThat(watched.renamed()).as("order of the commits").isEqualTo(FILES);
    }
  }
}
