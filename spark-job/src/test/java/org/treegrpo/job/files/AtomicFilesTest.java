package org.treegrpo.job.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AtomicFilesTest {

  private static final byte[] OLD = "old".getBytes(UTF_8);
  private static final byte[] NEW =
      "new content, longer than one buffer of 64 bytes .............".repeat(2).getBytes(UTF_8);

  @TempDir java.nio.file.Path directory;
  private FileSystem fs;
  private Path target;

  @BeforeEach
  void open() throws IOException {
    fs = RunDirectory.of(directory.toUri().toString(), new Configuration(false)).fs();
    target = new Path(directory.toUri().toString(), "result.json");
  }

  private byte[] content() throws IOException {
    return Files.readAllBytes(directory.resolve("result.json"));
  }

  private void assertOnlyFile(String... names) throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("nothing temporary and no checksum file is left")
          .containsExactlyInAnyOrder(names);
    }
  }

  @Test
  void createsAFileAndItsDirectory() throws IOException {
    Path nested = new Path(target.getParent(), "a/b/file");
    AtomicFiles.create(fs, nested, out -> out.write(NEW));
    assertThat(directory.resolve("a/b/file")).as("content").hasBinaryContent(NEW);
  }

  @Test
  void doesNotCreateOverAFile() throws IOException {
    AtomicFiles.create(fs, target, out -> out.write(OLD));
    assertThatThrownBy(() -> AtomicFiles.create(fs, target, out -> out.write(NEW)))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("result.json");
    assertThat(content()).as("the earlier file stays").isEqualTo(OLD);
    assertOnlyFile("result.json");
  }

  @Test
  void replacesAFile() throws IOException {
    AtomicFiles.replace(fs, target, out -> out.write(OLD));
    AtomicFiles.replace(fs, target, out -> out.write(NEW));
    assertThat(content()).as("the later content").isEqualTo(NEW);
    assertOnlyFile("result.json");
  }

  @Test
  void replacesAFileWhereRenameDoesNotOverwrite() throws IOException {
    Configuration mounts = new Configuration();
    mounts.set("fs.viewfs.mounttable.runs.link./data", directory.toUri().toString());
    RunDirectory run = RunDirectory.of("viewfs://runs/data", mounts);
    AtomicFiles.replace(run.fs(), new Path(run.root(), "result.json"), out -> out.write(OLD));
    AtomicFiles.replace(run.fs(), new Path(run.root(), "result.json"), out -> out.write(NEW));
    assertThat(content()).as("the later content, by way of FileContext").isEqualTo(NEW);
  }

  @ParameterizedTest
  @EnumSource
  void aFailedReplacementLeavesTheEarlierFileAndNothingElse(FaultyFileSystem.Fault fault)
      throws IOException {
    AtomicFiles.replace(fs, target, out -> out.write(OLD));
    try (FaultyFileSystem faulty = new FaultyFileSystem(fault, "result.json")) {
      assertThatThrownBy(() -> AtomicFiles.replace(faulty, target, out -> out.write(NEW)))
          .isInstanceOf(IOException.class);
    }
    assertThat(content()).as("after %s", fault).isEqualTo(OLD);
    assertOnlyFile("result.json");
  }

  @Test
  void aDeviceWithoutRoomIsAFailureThatNamesTheFile() throws IOException {
    AtomicFiles.replace(fs, target, out -> out.write(OLD));
    java.nio.file.Path full = java.nio.file.Path.of("/dev/full");
    Files.createSymbolicLink(directory.resolve(".result.json.tmp"), full);
    assertThatThrownBy(() -> AtomicFiles.replace(fs, target, out -> out.write(NEW)))
        .isInstanceOf(IOException.class)
        .hasMessage(target + ": cannot be written; No space left on device")
        .hasCauseInstanceOf(FSError.class);
    assertThat(content()).as("the earlier file stays").isEqualTo(OLD);
    assertOnlyFile("result.json");
  }

  @Test
  void contentThatFailsLeavesNothing() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFiles.create(
                    fs,
                    target,
                    out -> {
                      out.write(NEW);
                      throw new IllegalStateException("half way");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertOnlyFile();
  }
}
