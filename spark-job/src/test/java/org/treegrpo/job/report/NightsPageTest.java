package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.gate.GateRule;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.EvaluationRecord.Label;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.registry.Night;
import org.treegrpo.job.registry.NightDirectory;
import org.treegrpo.job.registry.NightResult;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.settings.GateSettings;

class NightsPageTest {

  private static final String NASTY =
      "</td><script>alert('x')</script>\"&\u202e" + "y".repeat(10_000);

  @TempDir Path directory;
  private Registry registry;

  @BeforeEach
  void open() throws IOException {
    registry = new Registry(RunDirectory.of(directory.toString(), new Configuration()));
  }

  private NightDirectory begin(int day) throws IOException {
    String id = "2026-01-%02d".formatted(day);
    NightDirectory night = registry.night(id);
    night.begin(new Night(id, id + "T01:30:00Z", day == 1 ? null : "v000001"));
    return night;
  }

  private static EvaluationRecord evaluation(double score, double brightness) {
    Map<String, HeldOutReward> rewards = new LinkedHashMap<>();
    rewards.put("ocr", new HeldOutReward(score, 0.1, true, null));
    rewards.put("judge", new HeldOutReward(score / 2, 0.1, false, null));
    return new EvaluationRecord(
        0,
        new Label("ode", 10, 1, false),
        2,
        rewards,
        0.2,
        new ImageStatistics(0.004, 0.002, 0.05, brightness, 0.3, 0.2, 0.1, 0.4));
  }

  private void end(int day, boolean passed, String reason, String... prompts) throws IOException {
    NightDirectory night = begin(day);
    String version = "v%06d".formatted(day);
    GateVerdict verdict =
        new GateVerdict(
            passed,
            List.of(
                new GateRule("trained", true, "+0.1000"), new GateRule("drift", passed, reason)));
    night.judged(
        new Judgement(
            version,
            day == 1 ? null : "v000001",
            new GateSettings(0, 10, 0.02, 0.05, 0.9, 0.8, 0.1, 0.25, 2000),
            verdict,
            new Judgement.Figures(
                evaluation(0.6, 0.4), evaluation(0.55, 0.45), evaluation(0.5, 0.5)),
            List.of(prompts),
            passed ? List.of("kept") : List.of()));
    night.ended(
        new NightResult(
            night.id(),
            passed ? NightResult.Status.PROMOTED : NightResult.Status.REFUSED,
            version,
            null,
            night.id() + "T05:00:00Z",
            verdict));
  }

  private String page() throws IOException {
    NightsPage.write(registry);
    return Files.readString(directory.resolve("index.html"));
  }

  @Test
  void aRegistryWithoutNightsSaysSo() throws IOException {
    assertThat(page()).contains("There was no night yet").doesNotContain("<table");
  }

  @Test
  void theLastNightIsTheHeadlineAndEachHasARow() throws IOException {
    end(1, true, "moved by 3 %", "a", "b");
    end(2, false, "moved by 40 %", "b", "c");
    String page = page();
    assertThat(page)
        .contains("<h1>Night 2026-01-02: v000002 is refused</h1>")
        .contains("drift: moved by 40 %. What was in force stays so.")
        .contains("<b>1 of 2</b><span>nights were promoted, 1 refused")
        .contains("2 verdicts have used 3 prompts, the most used one 2 times")
        .contains("the vault was opened 1 times")
        .as("brightness from .5 to .4")
        .contains("<b>20%</b> <span class=\"soft\">brightness</span>")
        .contains("<i>judge</i> <span class=\"soft\">0.275 →</span> <b>0.300</b>");
    assertThat(page.indexOf(">2026-01-02<")).isLessThan(page.indexOf(">2026-01-01<"));
    begin(3).failed(new NightDirectory.Failure("2026-01-03T02:00:00Z", "the store was away"));
    assertThat(page()).contains("Night 2026-01-03 has failed", "the store was away");
  }

  @Test
  void whatIsOverIsReadOnce() throws IOException {
    end(1, true, "x");
    page();
    Path summary = directory.resolve("nights/2026-01-01/summary.json");
    Files.writeString(summary, Files.readString(summary).replace("\"rounds\":0", "\"rounds\":77"));
    Files.delete(directory.resolve("nights/2026-01-01/verdict.json"));
    assertThat(page()).contains("77 rounds");
    begin(2);
    page();
    assertThat(directory.resolve("nights/2026-01-02/summary.json"))
        .as("of a night that goes on")
        .doesNotExist();
  }

  @Test
  void textFromOutsideIsText() throws IOException {
    end(1, false, NASTY, NASTY);
    begin(2).failed(new NightDirectory.Failure("2026-01-02T02:00:00Z", NASTY));
    assertThat(page())
        .as("no markup and no direction from outside")
        .doesNotContain("<script", "\u202e")
        .contains("&lt;script&gt;");
    assertThat(page().length())
        .as("long texts are cut where they are not asked for")
        .isLessThan(90_000);
  }
}
