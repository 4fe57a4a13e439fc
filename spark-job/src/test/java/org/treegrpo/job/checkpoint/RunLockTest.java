package org.treegrpo.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.RunDirectory;

class RunLockTest {

  private static final Duration NEVER = Duration.ofDays(365);

  @TempDir Path directory;
  private RunDirectory run;
  private Path file;
  private LockOwner me;

  @BeforeEach
  void open() throws IOException {
    run = RunDirectory.of(directory.resolve("run").toUri().toString(), new Configuration(false));
    file = directory.resolve("run/run.lock");
    me = LockOwner.current("app-1");
  }

  private LockOwner owner(String host, long pid, long start, String application) {
    return new LockOwner(
        host,
        me.processSpace(),
        pid,
        start,
        application,
        "2026-01-01T00:00:00Z",
        "token-" + pid,
        true);
  }

  private void assertOnlyTheLock(boolean present) throws IOException {
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files.map(path -> path.getFileName().toString()).toList())
          .as("files beside the lock")
          .isEqualTo(present ? List.of("run.lock") : List.of());
    }
  }

  @Test
  void isRefusedWhileARunIsAliveAndFreeAfterwards() throws IOException {
    RunLock held = RunLock.acquire(run, "app-1");
    assertThatThrownBy(() -> RunLock.acquire(run, "app-2"))
        .isInstanceOf(RunLockedException.class)
        .hasMessageContaining("run.lock")
        .hasMessageContaining("process " + ProcessHandle.current().pid())
        .hasMessageContaining("app-1")
        .hasMessageContaining("delete the file");
    assertThat(file).as("a refused taker leaves the lock").exists();
    held.close();
    assertOnlyTheLock(false);
    RunLock.acquire(run, "app-2").close();
  }

  @Test
  void isTakenOverFromADeadProcessOfThisHost() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    RunLock dead = RunLock.acquire(run, owner(me.host(), process.pid(), 1, "app-0"));
    try (RunLock mine = RunLock.acquire(run, me)) {
      assertOnlyTheLock(true);
      assertThat(Files.readString(file)).as("the new owner").contains(me.token());
      dead.close();
      assertThat(file).as("the dead owner's close() spares the new lock").exists();
      assertThat(mine).as("the lock").isNotNull();
    }
    assertOnlyTheLock(false);
  }

  @Test
  void isTakenOverFromADeadProcessThatNobodyHasWaitedFor() throws IOException {
    Process parent =
        new ProcessBuilder("sh", "-c", "exec 3<&0; read -r line <&3 & echo $!; exec sleep 86400")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      long pid = Long.parseLong(parent.inputReader().readLine());
      awaitText(parent.pid(), "comm", "sleep");
      parent.outputWriter().close();
      awaitText(pid, "stat", ") Z ");
      RunLock.acquire(run, owner(me.host(), pid, 0, "app-0"));
      RunLock.acquire(run, me).close();
      assertOnlyTheLock(false);
    } finally {
      parent.destroyForcibly();
    }
  }

  private static void awaitText(long pid, String file, String text) {
    Path path = Path.of("/proc", Long.toString(pid), file);
    await().atMost(Duration.ofMinutes(30)).until(() -> Files.readString(path).contains(text));
  }

  @Test
  void isTakenOverWhereTheProcessIdIsReused() throws IOException {
    RunLock.acquire(run, owner(me.host(), me.pid(), me.processStart() - 60_000, "app-0"));
    RunLock.acquire(run, me).close();
    assertOnlyTheLock(false);
  }

  @Test
  void isRefusedWhereAnotherHostsOwnerCannotBeJudged() throws IOException {
    RunLock.acquire(run, owner("elsewhere", 1, 1, "app-0"));
    assertThatThrownBy(() -> RunLock.acquire(run, me))
        .isInstanceOf(RunLockedException.class)
        .hasMessageContaining("on elsewhere");
  }

  @Test
  void isTakenOverFromAnotherHostsOwnerThatIsSilentForLongerThanItMayBe() throws IOException {
    RunLock silent = RunLock.acquire(run, owner("elsewhere", 1, 1, "app-0"), NEVER);
    age(file, 55);
    assertThatThrownBy(() -> RunLock.acquire(run, me))
        .isInstanceOf(RunLockedException.class)
        .hasMessageContaining("after 60 s without a sign");
    age(file, 61);
    try (RunLock mine = RunLock.acquire(run, me)) {
      assertThat(mine.isLost()).as("the taker's").isFalse();
      assertThatThrownBy(silent::requireHeld)
          .as("a holder that was only slow")
          .isInstanceOf(RunLockedException.class)
          .hasMessageContaining("was taken over by process " + me.pid());
      FileSystem fs = silent.directory().fs();
      org.apache.hadoop.fs.Path checkpoint = run.checkpoint(1);
      assertThatThrownBy(() -> fs.delete(checkpoint, true)).isInstanceOf(RunLockedException.class);
      assertThatThrownBy(() -> fs.rename(checkpoint, run.checkpoint(2)))
          .isInstanceOf(RunLockedException.class);
    }
    silent.close();
    assertOnlyTheLock(false);
  }

  @Test
  void isNotTakenFromAnotherHostsOwnerThatShowsItsLife() throws IOException {
    Path lease = file.resolveSibling("run.lock.lease");
    try (RunLock held =
        RunLock.acquire(run, owner("elsewhere", 1, 1, "app-0"), Duration.ofMillis(20))) {
      await().atMost(Duration.ofMinutes(30)).until(() -> Files.exists(lease));
      age(file, 3600);
      assertThatThrownBy(() -> RunLock.acquire(run, me)).isInstanceOf(RunLockedException.class);
      assertThatThrownBy(() -> RunLock.await(run, "app-2"))
          .as("a repeated command sees it live")
          .isInstanceOf(RunLockedException.class);
      assertThat(held.isLost()).as("held").isFalse();
    }
    assertOnlyTheLock(false);
  }

  @Test
  void aRepeatedCommandWaitsUntilTheHolderIsSilentForLongEnough() throws IOException {
    RunLock silent = RunLock.acquire(run, owner("elsewhere", 1, 1, "app-0"), NEVER);
    age(file, 58);
    RunLock.await(run, "app-2").close();
    silent.close();
    assertOnlyTheLock(false);
  }

  @Test
  void isNotTakenFromAnOlderVersionThatShowsNothing() throws IOException {
    Files.createDirectories(file.getParent());
    LockOwner old = owner("elsewhere", 1, 1, "app-0");
    Files.writeString(
        file,
        new String(old.toJson(), StandardCharsets.UTF_8)
            .replaceAll(",\\s*\"renewed\"\\s*:\\s*true", ""));
    age(file, 86_400);
    assertThatThrownBy(() -> RunLock.acquire(run, me))
        .isInstanceOf(RunLockedException.class)
        .hasMessageContaining("If that run is dead, delete the file");
  }

  @Test
  void theGuardOfATakerThatDiedIsPutAside() throws IOException {
    RunLock.acquire(run, owner("elsewhere", 1, 1, "app-1"), NEVER);
    Path guard = Files.writeString(file.resolveSibling("run.lock.takeover"), "");
    age(guard, 61);
    RunLock.acquire(run, me).close();
    assertOnlyTheLock(false);
  }

  private static void age(Path file, long seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
  }

  @Test
  void isRefusedWhereAnotherContainersOwnerCannotBeJudged() throws IOException {
    RunLock.acquire(
        run,
        new LockOwner(
            me.host(), "pid:[1]", 999_999_999, 1, "app-0", "2026-01-01T00:00:00Z", "t", true));
    assertThatThrownBy(() -> RunLock.acquire(run, me)).isInstanceOf(RunLockedException.class);
  }

  @Test
  void isTakenOverByALaterAttemptOfTheSameApplication() throws IOException {
    RunLock.acquire(run, owner("elsewhere", 1, 1, "app-1"));
    RunLock.acquire(run, me).close();
    assertOnlyTheLock(false);
  }

  @Test
  void isRefusedWhereTheOwnerIsUnreadable() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    assertThatThrownBy(() -> RunLock.acquire(run, me))
        .isInstanceOf(RunLockedException.class)
        .hasMessageContaining("delete");
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE_FAILS", "CLOSE_FAILS", "DISK_FULL"})
  void isNotLeftBehindHalfWritten(FaultyFileSystem.Fault fault) throws IOException {
    Configuration hadoop = new Configuration(false);
    String uri = FaultyFileSystem.uri(hadoop, fault, "run.lock", file.getParent());
    RunDirectory faulty = RunDirectory.of(uri, hadoop);
    assertThatThrownBy(() -> RunLock.acquire(faulty, me)).isInstanceOf(IOException.class);
    assertOnlyTheLock(false);
    RunLock.acquire(run, me).close();
  }

  @Test
  void isRefusedWhileAnotherRunTakesItOver() throws IOException {
    RunLock.acquire(run, owner("elsewhere", 1, 1, "app-1"));
    Path guard = file.resolveSibling("run.lock.takeover");
    Files.writeString(guard, "");
    assertThatThrownBy(() -> RunLock.acquire(run, me))
        .isInstanceOf(RunLockedException.class)
        .hasMessageContaining("delete " + run.root())
        .hasMessageContaining("run.lock.takeover");
    assertThat(guard).as("the other taker's guard stays").exists();
  }

  @Test
  void hasOneWinnerAmongManyTakersOfAFreeLock() throws Exception {
    for (int repeat = 0; repeat < 20; repeat++) {
      assertThat(winners()).as("winners").isEqualTo(1);
      Files.delete(file);
    }
  }

  @Test
  void hasOneWinnerAmongManyTakersOfAStaleLock() throws Exception {
    for (int repeat = 0; repeat < 20; repeat++) {
      RunLock.acquire(run, owner(me.host(), me.pid(), me.processStart() - 60_000, "app-0"));
      assertThat(winners()).as("winners").isEqualTo(1);
      assertOnlyTheLock(true);
      Files.delete(file);
    }
  }

  private int winners() throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<Integer> attempt =
          () -> {
            try {
              RunLock.acquire(run, "app-1");
              return 1;
            } catch (RunLockedException e) {
              return 0;
            }
          };
      int winners = 0;
      for (Future<Integer> result : threads.invokeAll(Collections.nCopies(32, attempt))) {
        winners += result.get();
      }
      return winners;
    } finally {
      threads.shutdown();
    }
  }
}
