package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An executor killed in the middle of a run costs time, nothing else. */
class LostExecutorTest {

  private static final String ROUNDS = "treegrpo.rounds=8";

  @Test
  void aKilledExecutorDoesNotChangeTheWeights(@TempDir Path directory) throws IOException {
    TinyRun run = new TinyRun(directory);
    run.train("local[2]", "undisturbed", ROUNDS);

    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    CompletableFuture<Void> training =
        CompletableFuture.runAsync(
            () -> {
              try {
                run.train("local-cluster[2,1,2048]", "killed", ROUNDS);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(run.resolve("killed/metrics.jsonl")) || training.isDone());
    ProcessHandle executor =
        ProcessHandle.current()
            .descendants()
            .filter(LostExecutorTest::isExecutor)
            .findFirst()
            .orElseThrow();
    assertThat(executor.destroyForcibly()).as("kill -9 of process %d", executor.pid()).isTrue();
    training.join();

    assertThat(run.rounds("killed")).hasSize(8);
    assertThat(run.digests("killed")).isEqualTo(run.digests("undisturbed"));
  }

  /** Reads the whole command line; {@link ProcessHandle} cuts long ones off. */
  private static boolean isExecutor(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
          .contains("CoarseGrainedExecutorBackend");
    } catch (IOException ended) {
      return false;
    }
  }
}
