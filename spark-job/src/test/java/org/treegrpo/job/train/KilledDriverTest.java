package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.MetricsLog;

/**
 * One run whose driver is killed with {@code kill -9} again and again and resumed each time: it
 * goes on from the last whole checkpoint and ends as a run that was left alone. That every state a
 * kill can leave a checkpoint in is recognised: {@code CheckpointCrashTest}.
 */
class KilledDriverTest {

  private static final List<String> SETTINGS =
      List.of(
          "treegrpo.rounds=7",
          "treegrpo.ema.enabled=true",
          "treegrpo.evaluation.every=2",
          "treegrpo.checkpoint.keep=2");

  /**
   * @param resumedAfter the round whose checkpoint the process starts from
   * @param moment at which it dies
   */
  private record Death(int resumedAfter, String moment) {}

  private static final List<Death> DEATHS =
      List.of(
          new Death(0, "write round-000002 policy.safetensors"),
          new Death(1, "close round-000002 optimizer.safetensors"),
          new Death(1, "rename round-000003 state.json"),
          new Death(2, "rename round-000003 MANIFEST.json"),
          new Death(2, "renamed round-000003 MANIFEST.json"),
          new Death(3, "create round-000005 ema.safetensors"),
          new Death(4, "renamed killed metrics.jsonl"),
          new Death(5, "create killed metrics.jsonl"));

  @TempDir Path directory;

  @Test
  void aRunWhoseDriverIsKilledAgainAndAgainEndsAsIfLeftAlone() throws Exception {
    TinyRun run = new TinyRun(directory);
    run.train("local[2]", "undisturbed", SETTINGS.toArray(String[]::new));

    List<String> command = List.of("train");
    for (Death death : DEATHS) {
      die(run, command, death);
      command = List.of("resume");
    }
    run.resume("local[1]", "killed", SETTINGS.toArray(String[]::new));

    assertThat(resumedAfter()).as("checkpoint chosen in the end").isEqualTo(6);
    assertSameRun(run);
  }

  /** As what supervises it would repeat it. */
  @Test
  void theSameCommandRepeatedAfterEveryDeathEndsAsIfLeftAlone() throws Exception {
    TinyRun run = new TinyRun(directory);
    run.train("local[2]", "undisturbed", SETTINGS.toArray(String[]::new));

    List<String> command = List.of("train", "--or-resume");
    die(run, command, new Death(0, "create killed evaluations.jsonl"));
    die(run, command, new Death(0, "write round-000001 policy.safetensors"));
    die(run, command, new Death(0, "renamed killed metrics.jsonl"));
    die(run, command, new Death(1, "close round-000004 optimizer.safetensors"));
    DriverProcess last = start(run, command);
    assertThat(last.exitCode()).as(last.output()).isZero();
    assertThat(resumedAfter()).as("checkpoint chosen in the end").isEqualTo(3);
    assertSameRun(run);
    DriverProcess again = start(run, command);
    assertThat(again.exitCode()).as("nothing is left to do; %s", again.output()).isZero();
    assertSameRun(run);
  }

  private void die(TinyRun run, List<String> command, Death death) throws Exception {
    Kills.plan(directory.resolve("kills"), death.moment());
    DriverProcess driver = start(run, command);
    assertThat(driver.exitCode()).as("%s: %s", death, driver.output()).isEqualTo(137);
    assertThat(resumedAfter())
        .as("checkpoint chosen before %s", death)
        .isEqualTo(death.resumedAfter());
  }

  private void assertSameRun(TinyRun run) throws IOException {
    assertThat(run.digests("killed"))
        .as("weights after every round, none of them missing")
        .hasSize(7)
        .isEqualTo(run.digests("undisturbed"));
    assertThat(evaluations("killed"))
        .as("no evaluation is lost or made twice")
        .containsExactly(0, 2, 4, 6, 7)
        .isEqualTo(evaluations("undisturbed"));
  }

  private DriverProcess start(TinyRun run, List<String> command) throws IOException {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--config", run.configFile("killed").toString()));
    SETTINGS.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return DriverProcess.startToBeKilled(directory, arguments);
  }

  private int resumedAfter() throws IOException {
    return new ObjectMapper()
        .readTree(directory.resolve("killed/run.json").toFile())
        .path("resumed_after")
        .intValue();
  }

  private List<Integer> evaluations(String runDir) throws IOException {
    RunDirectory run = RunDirectory.of(directory.resolve(runDir).toString(), new Configuration());
    return MetricsLog.open(run.fs(), run.root()).evaluations().stream()
        .map(EvaluationRecord::round)
        .toList();
  }
}
