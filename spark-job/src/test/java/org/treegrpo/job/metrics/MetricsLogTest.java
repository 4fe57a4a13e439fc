package org.treegrpo.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;

class MetricsLogTest {
  @TempDir java.nio.file.Path directory;
  private FileSystem fs;
  private Path runDir;

  @BeforeEach
  void openFileSystem() throws IOException {
    fs = FileSystem.getLocal(new Configuration());
    runDir = new Path(directory.resolve("run").toUri());
  }

  /** A rename would put another file in its place. */
  @Test
  void linesAreAddedToTheSameFileOnceItIsKnownToBeWhole() throws IOException {
    RunDirectory run = RunDirectory.of(runDir.toString(), new Configuration());
    MetricsLog log = MetricsLog.open(run.fs(), run.root());
    log.append(MetricsFixtures.round(1));
    java.nio.file.Path file = directory.resolve("run/metrics.jsonl");
    Set<Object> files = new HashSet<>();
    for (int round = 2; round <= 5; round++) {
      files.add(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
      log.append(MetricsFixtures.round(round));
    }
    assertThat(files).as("not written anew").hasSize(1);
    assertThat(Files.readAllLines(file)).as("one line each").hasSize(5);
    assertThat(MetricsLog.open(run.fs(), run.root()).rounds())
        .as("read back")
        .isEqualTo(log.rounds());
  }

  @Test
  void whatAGuardDidIsThereOnceAndGoneWithTheRoundsThatAResumeDoesAgain() throws IOException {
    GuardRecord act = new GuardRecord(2, "drift", Double.NaN, 0.25, "warn", "look at it");
    MetricsLog log = MetricsLog.open(fs, runDir);
    log.append(act);
    log.append(new GuardRecord(3, "drift", 0.3, 0.25, "stop", "look at it"));
    MetricsLog again = MetricsLog.open(fs, runDir);
    again.truncateAfter(2);
    again.append(act);
    assertThat(again.guards()).as("once").containsExactly(act);
    JsonNode line = lines("guards.jsonl").get(0);
    assertThat(names(line))
        .as("guards.jsonl is read by other tools: names and order are a contract")
        .containsExactly("round", "guard", "value", "threshold", "action", "text");
    assertThat(line.get("value").isNull()).as("NaN").isTrue();
  }

  @Test
  void aRoundHasExactlyTheFieldsOfTheContract() throws IOException {
    MetricsLog.open(fs, runDir).append(MetricsFixtures.round(1));

    JsonNode line = lines("metrics.jsonl").get(0);
    assertThat(names(line))
        .as("metrics.jsonl is read by other tools: names and order are a contract")
        .containsExactly(
            "round",
            "window_start",
            "seconds",
            "model_seconds",
            "nfe",
            "leaves",
            "parents",
            "edges",
            "reward",
            "advantage_std",
            "zero_variance_groups",
            "ratio_max_deviation",
            "clip_fraction",
            "approx_kl",
            "penalty",
            "old_policy_gap",
            "gradient_norm",
            "gradient_rms",
            "tensors_with_gradient",
            "learning_rate",
            "weights_sha256",
            "shares_regrown");
    assertThat(names(line.get("seconds")))
        .as("phases")
        .containsExactly("grow", "score", "advantage", "learn", "update", "checkpoint", "total");
    assertThat(names(line.get("nfe")))
        .as("evaluations by purpose")
        .containsExactly("rollout", "train_forward", "train_backward");
    assertThat(names(line.get("reward"))).as("rewards").containsExactly("ocr", "aesthetic");
    assertThat(names(line.at("/reward/ocr")))
        .as("statistics")
        .containsExactly("mean", "std", "min", "max", "failed");
  }

  @Test
  void anEvaluationHasExactlyTheFieldsOfTheContract() throws IOException {
    MetricsLog.open(fs, runDir).append(MetricsFixtures.evaluation(0));

    JsonNode line = lines("evaluations.jsonl").get(0);
    assertThat(names(line))
        .as("evaluations.jsonl")
        .containsExactly("round", "label", "prompts", "reward", "diversity", "images");
    assertThat(names(line.get("label")))
        .as("label")
        .containsExactly("transition", "steps", "guidance", "ema");
    assertThat(names(line.at("/reward/ocr")))
        .as("held-out reward")
        .containsExactly("mean", "ci95", "trained", "exact");
    assertThat(line.get("diversity").isNull()).as("NaN is written as null").isTrue();
  }

  @Test
  void theResultHasExactlyTheFieldsOfTheContract() throws IOException {
    RunResult result =
        new RunResult(
            RunResult.Status.COMPLETED,
            3,
            12.5,
            new RunResult.BeforeAfter(MetricsFixtures.evaluation(0), MetricsFixtures.evaluation(3)),
            "round-000003",
            "cd".repeat(32),
            "rounds",
            null);

    JsonNode json = new ObjectMapper().readTree(RunJson.pretty(result));

    assertThat(names(json))
        .as("result.json")
        .containsExactly(
            "status",
            "rounds",
            "seconds",
            "evaluation",
            "checkpoint",
            "weights_sha256",
            "ended_by",
            "error");
    assertThat(json.get("status").asText()).as("status").isEqualTo("completed");
    assertThat(names(json.get("evaluation"))).as("evaluation").containsExactly("before", "after");
  }

  @Test
  void halfALineIsDroppedWhenTheLogIsOpened() throws IOException {
    MetricsLog log = MetricsLog.open(fs, runDir);
    log.append(MetricsFixtures.round(1));
    log.append(MetricsFixtures.round(2));
    java.nio.file.Path file = directory.resolve("run/metrics.jsonl");
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() - 20));
    Files.deleteIfExists(file.resolveSibling(".metrics.jsonl.crc"));

    MetricsLog reopened = MetricsLog.open(fs, runDir);
    assertThat(reopened.rounds()).as("whole lines").containsExactly(MetricsFixtures.round(1));
    reopened.append(MetricsFixtures.round(2));
    assertThat(Files.readString(file)).as("nothing of the half line is left").isEqualTo(text);
  }

  @Test
  void whatIsNoLineIsKeptAside() throws IOException {
    MetricsLog.open(fs, runDir).append(MetricsFixtures.round(1));
    java.nio.file.Path file = directory.resolve("run/metrics.jsonl");
    String whole = Files.readString(file);
    for (int number = 1; number <= 2; number++) {
      Files.writeString(file, whole + "half " + number);
      Files.deleteIfExists(file.resolveSibling(".metrics.jsonl.crc"));
      MetricsLog log = MetricsLog.open(fs, runDir);
      assertThat(log.keepWhatIsNoLine())
          .as("one line for people")
          .singleElement()
          .asString()
          .contains("kept as metrics.jsonl.damaged-" + number, "after line 1 is dropped");
      assertThat(file.resolveSibling("metrics.jsonl.damaged-" + number))
          .as("the file as it was; no earlier copy is lost")
          .hasContent(whole + "half " + number);
      assertThat(log.keepWhatIsNoLine()).as("once").isEmpty();
    }
    assertThat(file).as("whole lines").hasContent(whole);
  }

  @Test
  void nanIsNullInTheFileAndNanWhenReadBack() throws IOException {
    MetricsLog.open(fs, runDir).append(MetricsFixtures.round(1));

    assertThat(Files.readString(directory.resolve("run/metrics.jsonl")))
        .as("bare NaN is not JSON")
        .doesNotContain("NaN")
        .contains("\"aesthetic\":{\"mean\":null");
    RewardStatistics failed = MetricsLog.open(fs, runDir).rounds().get(0).reward().get("aesthetic");
    assertThat(failed.mean()).as("null reads back as NaN, not as 0").isNaN();
  }

  @Test
  void roundsReadBackAsTheyWereWritten() throws IOException {
    MetricsLog log = MetricsLog.open(fs, runDir);
    log.append(MetricsFixtures.round(1));
    log.append(MetricsFixtures.round(2));
    log.append(MetricsFixtures.evaluation(0));
    log.append(MetricsFixtures.evaluation(2));

    MetricsLog reopened = MetricsLog.open(fs, runDir);

    assertThat(reopened.rounds())
        .as("every digit survives")
        .containsExactly(MetricsFixtures.round(1), MetricsFixtures.round(2));
    assertThat(reopened.evaluations())
        .as("evaluations")
        .containsExactly(MetricsFixtures.evaluation(0), MetricsFixtures.evaluation(2));
  }

  @Test
  void resumingDropsWhatCameAfterTheCheckpoint() throws IOException {
    MetricsLog log = MetricsLog.open(fs, runDir);
    for (int round = 1; round <= 5; round++) {
      log.append(MetricsFixtures.round(round));
      log.append(MetricsFixtures.evaluation(round));
    }

    MetricsLog resumed = MetricsLog.open(fs, runDir);
    resumed.truncateAfter(3);
    resumed.append(MetricsFixtures.round(4));

    assertThat(MetricsLog.open(fs, runDir).rounds())
        .as("rounds 4 and 5 are dropped and 4 is written once")
        .extracting(RoundMetrics::round)
        .containsExactly(1, 2, 3, 4);
    assertThat(MetricsLog.open(fs, runDir).evaluations())
        .as("evaluations are dropped too")
        .extracting(EvaluationRecord::round)
        .containsExactly(1, 2, 3);
  }

  @Test
  void aRoundIsNeverWrittenTwice() throws IOException {
    MetricsLog log = MetricsLog.open(fs, runDir);
    log.append(MetricsFixtures.round(2));

    assertThatThrownBy(() -> log.append(MetricsFixtures.round(2)))
        .as("a resumed run that forgot to truncate")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("round 2 must follow round 2");
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(
        directory.resolve("run/metrics.jsonl"),
        RunJson.line(MetricsFixtures.round(1)) + "\n{\"round\": 2, \"win\n");

    assertThatThrownBy(() -> MetricsLog.open(fs, runDir))
        .as("the message names file and line")
        .isInstanceOf(IOException.class)
        .hasMessageContaining("metrics.jsonl line 2");
  }

  @Test
  void fieldsOfANewerVersionAreIgnored() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    String line = RunJson.line(MetricsFixtures.round(1)).replaceFirst("\\{", "{\"later\":1,");
    Files.writeString(directory.resolve("run/metrics.jsonl"), line + "\n");

    assertThat(MetricsLog.open(fs, runDir).rounds())
        .as("a report can be made of a newer run")
        .containsExactly(MetricsFixtures.round(1));
  }

  @Test
  void statisticsLeaveOutFailedLeaves() {
    assertThat(RewardStatistics.of(new double[] {1, Double.NaN, 3, 2}))
        .as("mean, population std, min, max over the three that were scored")
        .isEqualTo(new RewardStatistics(2, Math.sqrt(2.0 / 3), 1, 3, 1));
  }

  private List<JsonNode> lines(String file) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("run").resolve(file))) {
      nodes.add(new ObjectMapper().readTree(line));
    }
    return nodes;
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
