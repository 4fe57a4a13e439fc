package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run directory that somebody else takes away while the run goes on, in its second round. */
class LostRunDirectoryTest {

  private static final String HOOKED =
      "treegrpo.rewards=[{ name = size, type = hooked, time-limit-seconds = 3600 }]";

  @TempDir Path directory;
  private TinyRun run;
  private Path place;

  @BeforeEach
  void write() throws IOException {
    run = new TinyRun(directory);
    place = directory.resolve("run");
  }

  @AfterEach
  void unhook() {
    HookedReward.beforeEachCall(() -> {});
  }

  @Test
  void aDeletedRunDirectoryEndsTheRunAndIsNotMadeAnew() throws IOException {
    train(() -> FileUtil.fullyDelete(place.toFile()))
        .assertFailed(
            "file:" + place + "/run.lock: must be there", "the run directory was deleted or moved");
    assertThat(place).as("no part of a run in its place").doesNotExist();
  }

  @Test
  void aRunDirectoryThatWasMovedIsResumedInItsNewPlace() throws IOException {
    train(() -> Files.move(place, directory.resolve("elsewhere"))).assertFailed("moved");
    Files.delete(directory.resolve("elsewhere/run.lock"));
    run.train("local[1]", "undisturbed", HOOKED);
    run.resume("local[1]", "elsewhere", HOOKED);
    assertThat(run.digests("elsewhere")).hasSize(3).isEqualTo(run.digests("undisturbed"));
  }

  @Test
  void aRunWhoseLockIsAnothersWritesNothingMore() throws IOException {
    Path lock = place.resolve("run.lock");
    Path metrics = place.resolve("metrics.jsonl");
    CommandLineRun failed =
        train(
            () -> {
              String mine = Files.readString(lock);
              Files.writeString(
                  lock, mine.replaceAll("\"token\" : \"[^\"]*\"", "\"token\" : \"other\""));
            });
    failed.assertFailed("file:" + lock + ": was taken over by process ");
    assertThat(Files.readAllLines(metrics)).as("rounds before the take-over").hasSize(1);
    assertThat(lock).as("the other run's lock").content().contains("other");
    assertThat(place.resolve("result.json")).as("nor how it ended").doesNotExist();
  }

  /** Does something once, while trees of the second round are scored. */
  private CommandLineRun train(HookedReward.Hook once) throws IOException {
    Path metrics = place.resolve("metrics.jsonl");
    AtomicBoolean done = new AtomicBoolean();
    HookedReward.beforeEachCall(
        () -> {
          if (Files.exists(metrics) && done.compareAndSet(false, true)) {
            once.run();
          }
        });
    List<String> words =
        List.of("train", "--config", run.configFile("run").toString(), "--set", HOOKED);
    return CommandLineRun.of(directory, words.toArray(String[]::new));
  }
}
