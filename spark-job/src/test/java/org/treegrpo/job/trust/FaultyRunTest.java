package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.FaultyFileSystem.Fault;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** A whole run on a file system that fails in the middle of it. */
class FaultyRunTest {

  private static List<String> undisturbed;

  @TempDir Path directory;
  private Inputs inputs;
  private TinyRun tiny;

  @BeforeAll
  static void trainOnce(@TempDir Path healthy) throws IOException {
    TinyRun run = new TinyRun(healthy);
    run.train("local[1]", "run");
    undisturbed = run.digests("run");
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
}
