package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SIGTERM, Ctrl-C and a closed terminal leave a checkpoint, a line that says so, and an exit code
 * that is not 0.
 */
class StopSignalTest {

  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final Pattern LINE =
      Pattern.compile(
          "treegrpo: stopped by (SIG\\w+) after round (\\d+) of 100000; the checkpoint (round-\\d+) is saved, go on with resume");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void aStoppedRunIsResumedAsIfItHadNotBeenStopped(String signal) throws Exception {
    TinyRun run = new TinyRun(directory);
    DriverProcess driver = start("train", run, List.of());
    Path metrics = directory.resolve("stopped/metrics.jsonl");
    await().atMost(PATIENCE).until(() -> Files.exists(metrics) || !driver.isAlive());
    driver.signal(signal);

    assertThat(driver.exitCode()).as(driver.output()).isEqualTo(1);
    Matcher line = LINE.matcher(driver.output());
    assertThat(line.find()).as("one clear line in %s", driver.output()).isTrue();
    assertThat(line.group(1)).as("what stopped it").isEqualTo("SIG" + signal);
    assertThat(driver.output()).as("a clean terminal").endsWith("\n").doesNotContain("\tat ");
    int round = Integer.parseInt(line.group(2));
    JsonNode result =
        new ObjectMapper().readTree(directory.resolve("stopped/result.json").toFile());
    assertThat(result.path("status").textValue()).isEqualTo("stopped");
    assertThat(result.path("checkpoint").textValue()).isEqualTo(line.group(3));
    assertThat(directory.resolve("stopped/report.html")).as("report").exists();
    assertThat(directory.resolve("stopped/run.lock")).as("lock").doesNotExist();

    String rounds = "treegrpo.rounds=" + (round + 1);
    run.resume("local[1]", "stopped", "treegrpo.checkpoint.every=0", rounds);
    run.train("local[1]", "undisturbed", "treegrpo.checkpoint.every=0", rounds);
    assertThat(run.digests("stopped")).hasSize(round + 1).isEqualTo(run.digests("undisturbed"));
  }

  @Test
  void aRunStartedToIgnoreHangUpsGoesOn() throws Exception {
    TinyRun run = new TinyRun(directory);
    DriverProcess driver = start("train", run, List.of("nohup"));
    Path metrics = directory.resolve("stopped/metrics.jsonl");
    await().atMost(PATIENCE).until(() -> Files.exists(metrics) || !driver.isAlive());
    driver.signal("HUP");
    int rounds = run.digests("stopped").size();
    await()
        .atMost(PATIENCE)
        .until(() -> run.digests("stopped").size() > rounds + 1 || !driver.isAlive());
    driver.signal("TERM");

    assertThat(driver.exitCode()).as(driver.output()).isEqualTo(1);
    assertThat(driver.output())
        .as("what stopped it, and nothing else")
        .contains("treegrpo: stopped by SIGTERM after round")
        .doesNotContain("SIGHUP");
  }

  @Test
  void aRunStoppedBeforeItsFirstRoundCanBeResumed() throws Exception {
    TinyRun run = new TinyRun(directory);
    Path gate = Files.createFile(directory.resolve("gate"));
    String held =
        "treegrpo.rewards=[{ name = size, type = held, time-limit-seconds = 86400, options.gate = \"%s\" }]"
            .formatted(gate);
    DriverProcess driver = start("train", run, List.of(), "--set", held);
    await().atMost(PATIENCE).until(() -> HeldReward.wasReached(gate) || !driver.isAlive());
    driver.signal("TERM");

    assertThat(driver.exitCode()).as(driver.output()).isEqualTo(1);
    assertThat(driver.output())
        .contains("after round 0 of 100000; the checkpoint round-000000 is saved");

    Path manifest = directory.resolve("stopped/checkpoints/round-000000/MANIFEST.json");
    FileTime written = Files.getLastModifiedTime(manifest);
    DriverProcess resumed = start("resume", run, List.of(), "--set", held);
    await().atMost(PATIENCE).until(() -> HeldReward.wasReached(gate) || !resumed.isAlive());
    resumed.signal("TERM");
    assertThat(resumed.exitCode()).as(resumed.output()).isEqualTo(1);
    assertThat(Files.getLastModifiedTime(manifest))
        .as("a checkpoint that is there is not put at risk by writing it again")
        .isEqualTo(written);

    Files.delete(gate);
    String[] settings = {"treegrpo.rounds=1", "treegrpo.checkpoint.every=0", held};
    run.resume("local[1]", "stopped", settings);
    run.train("local[1]", "undisturbed", settings);
    assertThat(run.digests("stopped")).hasSize(1).isEqualTo(run.digests("undisturbed"));
  }

  private DriverProcess start(String command, TinyRun run, List<String> launcher, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(command, "--config", run.configFile("stopped").toString()));
    arguments.addAll(List.of("--set", "treegrpo.rounds=100000"));
    arguments.addAll(List.of("--set", "treegrpo.checkpoint.every=0"));
    arguments.addAll(List.of(more));
    return DriverProcess.start(directory.resolve("driver.log"), launcher, List.of(), arguments);
  }
}
