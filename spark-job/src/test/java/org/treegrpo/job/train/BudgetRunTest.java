package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that a budget ends, from the command line. A round has 24 images. */
class BudgetRunTest {

  @TempDir static Path shared;

  private static List<String> undisturbed;

  @TempDir Path directory;

  @BeforeAll
  static void trainUndisturbed() throws IOException {
    TinyRun tiny = new TinyRun(shared);
    tiny.train("local[1]", "run");
    undisturbed = tiny.digests("run");
  }

  private CommandLineRun command(String command, String... settings) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(command, "--config", new TinyRun(directory).configFile("run").toString()));
    for (String setting : settings) {
      arguments.add("--set=treegrpo." + setting);
    }
    return CommandLineRun.of(directory, arguments.toArray(String[]::new));
  }

  private List<String> digests() throws IOException {
    return new TinyRun(directory).digests("run");
  }

  private JsonNode json(String file) throws IOException {
    List<String> lines = Files.readAllLines(directory.resolve("run").resolve(file));
    return new ObjectMapper()
        .readTree(file.endsWith(".jsonl") ? lines.get(lines.size() - 1) : String.join("\n", lines));
  }

  @Test
  void aRunThatItsBudgetEndsIsComplete() throws IOException {
    CommandLineRun run =
        command("train", "budget.images=30", "checkpoint.every=0", "evaluation.every=0");
    run.assertDone();
    assertThat(run.out())
        .as("one line says so")
        .containsOnlyOnce("ended by treegrpo.budget.images after round 2 of 3; spent: ")
        .contains("48 images", "2 rounds done");
    assertThat(digests()).as("the undisturbed run's").isEqualTo(undisturbed.subList(0, 2));
    JsonNode result = json("result.json");
    assertThat(result.get("status").asText()).as("status").isEqualTo("completed");
    assertThat(result.get("ended_by").asText()).as("budget").isEqualTo("budget.images");
    assertThat(result.get("rounds").asInt()).as("rounds").isEqualTo(2);
    assertThat(result.get("checkpoint").asText()).as("saved").isEqualTo("round-000002");
    assertThat(directory.resolve("run/checkpoints/round-000002/MANIFEST.json")).exists();
    assertThat(json("evaluations.jsonl").get("round").asInt()).as("last evaluation").isEqualTo(2);
    assertThat(directory.resolve("run/report.html")).content().contains("budget.images");
  }

  @ParameterizedTest
  @CsvSource({"budget.seconds=0.001", "budget.evaluations=1", "budget.images=1"})
  void whicheverIsSpentFirstEndsTheRun(String limit) throws IOException {
    command("train", "budget.seconds=1e6", "budget.images=1000000", limit).assertDone();
    assertThat(json("result.json").get("ended_by").asText())
        .as(limit)
        .isEqualTo(limit.substring(0, limit.indexOf('=')));
    assertThat(digests()).as("after its round").isEqualTo(undisturbed.subList(0, 1));
  }

  @Test
  void aRunWithoutABudgetIsEndedByItsRounds() throws IOException {
    command("train", "rounds=1").assertDone();
    assertThat(json("result.json").get("ended_by").asText()).isEqualTo("rounds");
  }

  @Test
  void whatWasSpentBeforeAResumeCountsWithoutItsMetricsToo() throws IOException {
    command("train", "budget.images=24").assertDone();
    Files.delete(directory.resolve("run/metrics.jsonl"));
    command("resume", "budget.images=48").assertDone();
    JsonNode result = json("result.json");
    assertThat(result.get("rounds").asInt()).as("24 and 24 images").isEqualTo(2);
    assertThat(result.get("ended_by").asText()).as("budget").isEqualTo("budget.images");
    command("resume").assertDone();
    assertThat(digests()).as("in three parts").isEqualTo(undisturbed);
  }

  @Test
  void aRunWhoseBudgetIsSpentIsResumedToTheSameEnd() throws IOException {
    command("train", "budget.images=24").assertDone();
    CommandLineRun again = command("resume", "budget.images=24");
    again.assertDone();
    assertThat(again.out()).as("said again").contains("ended by treegrpo.budget.images");
    assertThat(digests()).as("nothing more is done").isEqualTo(undisturbed.subList(0, 1));
    assertThat(Files.readAllLines(directory.resolve("run/evaluations.jsonl")))
        .as("base and end, once each")
        .hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"budget.seconds, -1", "budget.evaluations, 0.5", "budget.images, many"})
  void aBudgetThatIsNoneIsRefused(String key, String value) throws IOException {
    command("plan").assertDone();
    command("train", key + "=" + value).assertRefused("treegrpo." + key, value, "must be a");
  }
}
