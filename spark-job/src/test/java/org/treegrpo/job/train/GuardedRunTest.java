package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.metrics.RoundMetrics;

/** Guards in whole runs: what they change is the same whatever becomes of the process. */
class GuardedRunTest {

  /** The rate is lowered by an evaluation and by a round. */
  private static final List<String> LOWERING =
      List.of(
          "treegrpo.rounds=7",
          "treegrpo.update.epochs=2",
          "treegrpo.evaluation.every=2",
          "treegrpo.guards.patience=3",
          "treegrpo.guards.ratio-deviation.threshold=1e-12",
          "treegrpo.guards.ratio-deviation.action=lower-rate",
          "treegrpo.guards.drift.threshold=1e-12",
          "treegrpo.guards.drift.action=lower-rate");

  /** Every round moves the ratio in its second pass. */
  private static final String[] MOVED = {
    "update.epochs=2", "guards.patience=2", "guards.ratio-deviation.threshold=1e-12"
  };

  @TempDir Path directory;
  private TinyRun tiny;

  @BeforeEach
  void write() throws IOException {
    tiny = new TinyRun(directory);
  }

  private CommandLineRun command(String command, String... settings) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--config", tiny.configFile("run").toString()));
    for (String setting : MOVED) {
      arguments.add("--set=treegrpo." + setting);
    }
    for (String setting : settings) {
      arguments.add("--set=treegrpo." + setting);
    }
    return CommandLineRun.of(directory, arguments.toArray(String[]::new));
  }

  private JsonNode result() throws IOException {
    return new ObjectMapper().readTree(directory.resolve("run/result.json").toFile());
  }

  private List<String> acts(String runDir) throws IOException {
    Path file = directory.resolve(runDir).resolve("guards.jsonl");
    List<String> acts = new ArrayList<>();
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      JsonNode act = new ObjectMapper().readTree(line);
      acts.add(
          "%d %s %s"
              .formatted(
                  act.get("round").asInt(), act.get("guard").asText(), act.get("action").asText()));
    }
    return acts;
  }

  private boolean hasCheckpoint(int round) {
    return Files.exists(
        directory.resolve("run/checkpoints/round-%06d/MANIFEST.json".formatted(round)));
  }

  @Test
  void aRunWhoseRateIsLoweredEndsAsIfLeftAloneThoughItIsKilled() throws Exception {
    tiny.train("local[2]", "undisturbed", LOWERING.toArray(String[]::new));
    assertThat(tiny.rounds("undisturbed").stream().map(RoundMetrics::learningRate))
        .as("the rate that metrics show: lowered after rounds 2 and 6")
        .containsExactly(1e-3, 1e-3, 5e-4, 5e-4, 5e-4, 5e-4, 2.5e-4);
    assertThat(acts("undisturbed"))
        .as("once in three rounds, and not by an evaluation that only the end makes")
        .containsExactly(
            "2 drift lower-rate",
            "3 ratio-deviation warn",
            "4 drift warn",
            "6 ratio-deviation lower-rate",
            "6 drift warn",
            "7 drift warn");

    List<String> command = List.of("train");
    for (String moment :
        List.of(
            "renamed killed guards.jsonl", // lowered, and no checkpoint knows it
            "renamed killed evaluations.jsonl")) { // before guards have looked at the fourth
      Kills.plan(directory.resolve("kills"), moment);
      DriverProcess driver = start(command);
      assertThat(driver.exitCode()).as("%s: %s", moment, driver.output()).isEqualTo(137);
      command = List.of("train", "--or-resume");
    }
    tiny.resume("local[1]", "killed", LOWERING.toArray(String[]::new));

    assertThat(tiny.digests("killed"))
        .as("weights after every round")
        .hasSize(7)
        .isEqualTo(tiny.digests("undisturbed"));
    assertThat(Files.readAllLines(directory.resolve("killed/guards.jsonl")))
        .as("every act once")
        .isEqualTo(Files.readAllLines(directory.resolve("undisturbed/guards.jsonl")));
  }

  private DriverProcess start(List<String> command) throws IOException {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--config", tiny.configFile("killed").toString()));
    LOWERING.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return DriverProcess.startToBeKilled(directory, arguments);
  }

  @Test
  void aRoundThatStopsTheRunLeavesTheCheckpointBeforeTheFiguresWentWrong() throws Exception {
    command("train", "rounds=2", "guards.ratio-deviation.action=off").assertDone();
    assertThat(acts("run")).as("off").isEmpty();

    CommandLineRun stopped =
        command("resume", "rounds=9", "guards.ratio-deviation.action=stop", "checkpoint.every=1");
    stopped.assertFailed(
        "stopped by treegrpo.guards.ratio-deviation: round 4: |ratio - 1| is up to",
        "treegrpo.guards.ratio-deviation.threshold = 1.0E-12",
        "look at ",
        "the newest checkpoint is round-000002");
    assertThat(hasCheckpoint(2)).as("the good one").isTrue();
    assertThat(hasCheckpoint(3)).as("the first of the two that stop it").isFalse();
    assertThat(hasCheckpoint(4)).as("the second").isFalse();
    assertThat(acts("run")).containsExactly("4 ratio-deviation stop");
    assertThat(result().get("status").asText()).isEqualTo("failed");
    assertThat(result().get("checkpoint").asText()).isEqualTo("round-000002");
    assertThat(result().get("error").asText()).contains("treegrpo.guards.ratio-deviation");
    assertThat(directory.resolve("run/report.html"))
        .content()
        .contains("<h2>Guards</h2>", "<th>ratio-deviation</th>", "in round 4");

    command("resume", "rounds=9", "guards.ratio-deviation.action=stop")
        .assertFailed("round 4: ", "round-000002");
    assertThat(acts("run")).as("the same again").containsExactly("4 ratio-deviation stop");

    command("resume", "rounds=5", "guards.ratio-deviation.action=warn").assertDone();
    assertThat(acts("run")).as("a looser guard").containsExactly("4 ratio-deviation warn");
    tiny.train("local[1]", "alone", "treegrpo.rounds=5", "treegrpo.update.epochs=2");
    assertThat(tiny.digests("run"))
        .as("guards that only look change nothing")
        .isEqualTo(tiny.digests("alone"));
  }

  @Test
  void anEvaluationThatStopsTheRunLeavesTheCheckpointBeforeIt() throws Exception {
    command(
            "train",
            "evaluation.every=2",
            "guards.drift.threshold=1e-9",
            "guards.drift.action=stop")
        .assertFailed(
            "stopped by treegrpo.guards.drift: held-out after round 2: ",
            "the newest checkpoint is round-000001");
    assertThat(hasCheckpoint(1)).as("the good one").isTrue();
    assertThat(hasCheckpoint(2)).as("the one that was evaluated").isFalse();
    assertThat(acts("run")).contains("2 drift stop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e39", "1e25"})
  void numbersThatAreNotFiniteStopTheRunBeforeTheyAreStored(String rate) throws Exception {
    command("train", "optimizer.learning-rate=" + rate)
        .assertFailed("stopped by treegrpo.guards.not-finite: round 1: ", "no checkpoint yet");
    assertThat(acts("run")).containsExactly("1 not-finite stop");
    assertThat(hasCheckpoint(1)).as("stored").isFalse();
    assertThat(result().get("status").asText()).isEqualTo("failed");
  }
}
