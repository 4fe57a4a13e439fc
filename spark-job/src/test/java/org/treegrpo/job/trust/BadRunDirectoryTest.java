package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.FaultyFileSystem.Fault;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** Places where no run can be, seen from the command line. */
class BadRunDirectoryTest {

  @TempDir Path directory;
  private Inputs inputs;
  private Path run;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    run = inputs.file("run");
  }

  @Test
  void aDirectoryThatHoldsAnythingIsLeftAlone() throws IOException {
    Files.createDirectories(run);
    inputs.write("run/thesis.txt", "the only copy");
    inputs.train().assertRefused("treegrpo.run-dir: file:" + run + " is not empty", "resume");
  }

  private CommandLineRun trainOrResume(String... overrides) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(inputs.arguments("train", overrides)));
    arguments.add("--or-resume");
    return inputs.command(arguments.toArray(String[]::new));
  }

  @Test
  void wordOfARunThatFailedToStartIsInNobodysWay() throws IOException {
    SparkConf refused = TinyRun.spark("local[1]").set("spark.network.timeout", "1s");
    for (String option : List.of("--or-resume", "--set=treegrpo.rounds=1")) {
      List<String> arguments = new ArrayList<>(List.of(inputs.arguments("train", "rounds=1")));
      arguments.add(option);
      inputs
          .command(refused, new Configuration(), arguments.toArray(String[]::new))
          .assertFailed("Spark cannot start with its settings: ", "spark.network.timeout");
      assertThat(run.resolve("result.json")).content().contains("failed", "spark.network.timeout");
      inputs.command(arguments.toArray(String[]::new)).assertDone();
      FileUtil.fullyDelete(run.toFile());
    }
    Files.createDirectories(run);
    inputs.write("run/result.json", "{\"status\": \"of something else\"}");
    inputs.train("rounds=1").assertRefused("is not empty");
  }

  @Test
  void whatIsNoRunIsNotGoneOnWith() throws IOException {
    Files.createDirectories(run);
    inputs.write("run/thesis.txt", "the only copy");
    trainOrResume()
        .assertRefused("treegrpo.run-dir: file:" + run + " must hold a run of these settings");
  }

  @Test
  void theBeginningOfAnotherRunIsNotBegunAnew() throws IOException {
    trainOrResume("rounds=1", "checkpoint.every=0").assertDone();
    FileUtil.fullyDelete(run.resolve("checkpoints").toFile());
    trainOrResume("rounds=1", "checkpoint.every=0", "seed=5")
        .assertRefused("the beginning of a run with other settings", "treegrpo.seed differ");
    inputs.edit("train.jsonl", "\"ab\"", "\"ba\"");
    trainOrResume("rounds=1", "checkpoint.every=0")
        .assertRefused("the beginning of a run with other settings", "treegrpo.prompts.train");
  }

  @Test
  void whereAllCheckpointsAreDamagedNothingIsBegunAnew() throws IOException {
    trainOrResume("rounds=1").assertDone();
    Files.write(run.resolve("checkpoints/round-000001/policy.safetensors"), new byte[7]);
    FileUtil.fullyDelete(run.resolve("checkpoints/round-000000").toFile());
    trainOrResume("rounds=1").assertRefused("must hold a valid checkpoint to resume from");
  }

  @Test
  void dotsThatLeadToTheInputsAreSeenThrough() throws IOException {
    inputs
        .train("run-dir=" + run + "/../policy/.")
        .assertRefused("treegrpo.run-dir: file:" + inputs.file("policy") + " is not empty");
  }

  @Test
  void aFileIsNoRunDirectory() throws IOException {
    inputs
        .train("run-dir=" + inputs.file("train.jsonl"))
        .assertRefused(
            "treegrpo.run-dir: "
                + inputs.file("train.jsonl")
                + " must be a directory; it is a file");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
    Path below = inputs.file("train.jsonl").resolve("run");
    inputs
        .train("run-dir=" + below)
        .assertRefused("treegrpo.run-dir: file:" + below + " must be writable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aWebAddressIsNoRunDirectory(String scheme) throws IOException {
    inputs
        .train("run-dir=\"" + scheme + "://localhost/run\"")
        .assertRefused(
            "treegrpo.run-dir: " + scheme + "://localhost/run must be on a file system",
            scheme + ":// is the scheme of web pages");
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATE_FAILS", "WRITE_FAILS", "DISK_FULL"})
  void aFileSystemThatFailsIsNoBadInput(Fault fault) throws IOException {
    Configuration hadoop = new Configuration();
    String place = FaultyFileSystem.uri(hadoop, fault, "run.lock", run);
    inputs
        .command(TinyRun.spark("local[1]"), hadoop, inputs.arguments("train", "run-dir=" + place))
        .assertFailed("treegrpo.run-dir: " + place + ": the file system failed", "try again");
  }

  @Test
  void aRunInProgressIsNotJoined() throws IOException {
    RunDirectory place = RunDirectory.of(run.toString(), new Configuration());
    Files.createDirectories(run.resolve("checkpoints"));
    RunLock held = RunLock.acquire(place, "app-1");
    try {
      CommandLineRun resumed = inputs.resume();
      resumed.assertFailed("run.lock: in use by process " + ProcessHandle.current().pid(), "app-1");
      assertThat(resumed.changed()).as("the other run's files").isEmpty();
      inputs.train().assertRefused("treegrpo.run-dir", "is not empty");
    } finally {
      held.close();
    }
  }

  @Test
  void aLockAloneIsNoRunWhereItsHolderIsDead() throws IOException {
    RunDirectory place = RunDirectory.of(run.toString(), new Configuration());
    RunLock held = RunLock.acquire(place, "app-1");
    inputs.train().assertFailed("run.lock: in use by process " + ProcessHandle.current().pid());
    String alive = "\"pid\" : " + ProcessHandle.current().pid();
    inputs.edit("run/run.lock", alive, "\"pid\" : 999999999");
    inputs.train().assertDone();
    held.close();
    assertThat(run.resolve("result.json")).as("the run").exists();
  }

  @Test
  void whereThereIsNoRunNoneIsResumed() throws IOException {
    inputs.resume().assertRefused("treegrpo.run-dir: file:" + run, "must hold a valid checkpoint");
  }
}
