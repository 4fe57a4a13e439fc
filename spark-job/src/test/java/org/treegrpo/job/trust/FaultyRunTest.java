package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.FaultyFileSystem.Fault;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** A whole run on a file system that fails in the middle of it. */
class FaultyRunTest {

  private static final long PAGE_BYTES = 4096;

  private static List<String> undisturbed;
  private static long roomForTwoCheckpoints;

  @TempDir Path directory;
  private Inputs inputs;
  private TinyRun tiny;

  @BeforeAll
  static void trainOnce(@TempDir Path healthy) throws IOException {
    TinyRun run = new TinyRun(healthy);
    run.train("local[1]", "run");
    undisturbed = run.digests("run");
    roomForTwoCheckpoints =
        bytes(healthy.resolve("run"))
            - bytes(healthy.resolve("run/checkpoints/round-000003"))
            - bytes(healthy.resolve("run/checkpoints/round-000002")) / 2;
  }

  /** What a directory takes on a disk of whole pages. */
  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(file -> (file.toFile().length() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES)
          .sum();
    }
  }

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    tiny = new TinyRun(directory);
  }

  @ParameterizedTest
  @EnumSource
  void aFaultAtTheSecondCheckpointEndsTheRunAndResumeGoesOnAsIfUndisturbed(Fault fault)
      throws IOException {
    Configuration hadoop = new Configuration();
    String victim = "round-000002/policy";
    String place = FaultyFileSystem.uri(hadoop, fault, victim, inputs.file("run"));
    inputs
        .command(TinyRun.spark("local[1]"), hadoop, inputs.arguments("train", "run-dir=" + place))
        .assertFailed(place + "/checkpoints/round-000002/policy.safetensors");
    assertThat(inputs.file("run/checkpoints/round-000001/MANIFEST.json")).exists();
    assertThat(inputs.file("run/checkpoints/round-000002/MANIFEST.json")).doesNotExist();
    assertThat(inputs.file("run/run.lock")).as("the lock is given back").doesNotExist();

    CommandLineRun resumed = inputs.resume();
    resumed.assertDone();
    assertThat(resumed.out()).as("where it went on").contains("checkpoints/round-000001");
    assertThat(tiny.digests("run")).as("weights of every round").isEqualTo(undisturbed);
    assertThat(Files.readString(inputs.file("run/result.json"))).contains("\"completed\"");
  }

  /**
   * On a disk that is really full where this process may mount one; elsewhere on a file system that
   * throws what Hadoop's does then.
   */
  @Test
  void aDiskThatIsFullEndsTheRunAndResumeGoesOnWhereThereIsRoom() throws IOException {
    Path run = Files.createDirectory(inputs.file("run"));
    Configuration hadoop = new Configuration();
    Optional<SmallDisk> small = SmallDisk.mount(run, roomForTwoCheckpoints);
    try {
      String place =
          small.isPresent()
              ? run.toString()
              : FaultyFileSystem.uri(hadoop, Fault.DISK_FULL, "round-000002/policy", run);
      CommandLineRun full =
          inputs.command(
              TinyRun.spark("local[1]"), hadoop, inputs.arguments("train", "run-dir=" + place));
      full.assertFailed(place + "/", ": cannot be written; No space left on device");
      assertThat(full.err().strip().lines()).as("one line").hasSize(1);
      try (Stream<Path> files = Files.walk(run)) {
        assertThat(files).as("nothing temporary").noneMatch(f -> f.toString().endsWith(".tmp"));
      }
      if (small.isPresent()) {
        small.get().grow(64 << 20);
      }
      CommandLineRun resumed = inputs.resume();
      resumed.assertDone();
      assertThat(resumed.out()).as("where it went on").contains("resuming from file:" + run);
      assertThat(tiny.digests("run")).as("weights of every round").isEqualTo(undisturbed);
    } finally {
      if (small.isPresent()) {
        small.get().close();
      }
    }
  }
}
