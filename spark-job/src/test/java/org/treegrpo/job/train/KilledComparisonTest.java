package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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

  @TempDir Path directory;

  @Test
  void noMemberLosesOrRepeatsARound() throws Exception {
    TinyComparison comparison = new TinyComparison(directory);
    Path config = comparison.config("killed");
    Path kills = directory.resolve("kills");
    for (String moment : MOMENTS) {
      Kills.plan(kills, moment);
      DriverProcess driver = start(config, kills);
      assertThat(driver.exitCode()).as("%s: %s", moment, driver.output()).isEqualTo(137);
    }
    DriverProcess last = start(config, kills);
    assertThat(last.exitCode()).as("%s", last.output()).isZero();

    comparison.assertEachIsAsAlone("killed");
    for (String variant : TinyComparison.names()) {
      assertThat(comparison.evaluations(TinyComparison.member("killed", variant)))
          .as("no evaluation of %s is lost or made twice", variant)
          .containsExactly(0, 2, 3);
    }
  }

  private DriverProcess start(Path config, Path kills) throws Exception {
    return DriverProcess.start(
        directory.resolve("driver.log"),
        List.of(
            "-D%s=%s".formatted(Kills.DIRECTORY, kills),
            "-Dspark.hadoop.fs.file.impl=" + KillingFileSystem.class.getName()),
        List.of("compare", "--config", config.toString()));
  }
}
