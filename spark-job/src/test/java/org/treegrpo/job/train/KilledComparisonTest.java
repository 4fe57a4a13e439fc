package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A comparison whose driver is killed with {@code kill -9} at one moment after another and begun
 * again each time: no member loses or repeats a round, and each is as it is alone.
 */
class KilledComparisonTest {

  private static final List<String> MOMENTS =
      List.of(
          "create killed compare.json",
          "renamed killed compare.json",
          "write round-000002 policy.safetensors",
          "renamed round-000002 MANIFEST.json",
          "create killed turns.jsonl",
          "renamed killed turns.jsonl",
          "renamed seed-5 evaluations.jsonl",
          "close round-000003 optimizer.safetensors",
          "renamed seed-5 result.json",
          "create killed report.html");

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir Path directory;

  @Test
  void noMemberLosesOrRepeatsARound() throws Exception {
    TinyComparison comparison = new TinyComparison(directory);
    Path config = comparison.config("killed");
    Path kills = directory.resolve("kills");
    for (String moment : MOMENTS) {
      Kills.plan(kills, moment);
      DriverProcess driver = start(config);
      assertThat(driver.exitCode()).as("%s: %s", moment, driver.output()).isEqualTo(137);
    }
    DriverProcess last = start(config);
    assertThat(last.exitCode()).as("%s", last.output()).isZero();

    comparison.assertEachIsAsAlone("killed");
    for (String variant : TinyComparison.names()) {
      assertThat(comparison.evaluations(TinyComparison.member("killed", variant)))
          .as("no evaluation of %s is lost or made twice", variant)
          .containsExactly(0, 2, 3);
    }
  }

  @Test
  void aSignalEndsItAndTheSameCommandGoesOn() throws Exception {
    TinyComparison comparison = new TinyComparison(directory);
    Path config = comparison.config("killed");
    Path gate = Files.createFile(directory.resolve("gate"));
    String held =
        "rewards=[{ name = size, type = held, time-limit-seconds = 86400, options.gate = \"%s\" }]"
            .formatted(gate);
    DriverProcess driver = start(config, "--set", "treegrpo." + held);
    await().atMost(PATIENCE).until(() -> HeldReward.wasReached(gate) || !driver.isAlive());
    driver.signal("TERM");
    assertThat(driver.exitCode()).as("%s", driver.output()).isEqualTo(1);
    assertThat(driver.output())
        .contains("treegrpo: stopped by SIGTERM in a turn of ")
        .contains("its last whole round is saved, the same command goes on")
        .doesNotContain("\tat ");
    assertThat(directory.resolve("killed/report.html")).as("report").exists();

    Files.delete(gate);
    DriverProcess again = start(config, "--set", "treegrpo." + held);
    assertThat(again.exitCode()).as("%s", again.output()).isZero();
    comparison.assertEachIsAsAlone("killed", held);
  }

  private DriverProcess start(Path config, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("compare", "--config", config.toString()));
    arguments.addAll(List.of(more));
    return DriverProcess.startToBeKilled(directory, arguments);
  }
}
