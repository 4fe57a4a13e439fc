package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.MetricsFixtures;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;

class ReportWriterTest {
  @TempDir static java.nio.file.Path finished;
  private static FileSystem fs;
  private static String html;

  @TempDir java.nio.file.Path directory;

  @BeforeAll
  static void reportAFinishedRun() throws IOException {
    fs = FileSystem.getLocal(new Configuration());
    Path runDir = new Path(finished.resolve("spelling").toUri());
    SyntheticRun.write(fs, runDir);
    html = report(runDir);
  }

  @Test
  void theHeadlineSaysWhatHappenedInPlainWords() {
    assertThat(html)
        .as("19% + 30 rounds of 2 % by the trained recogniser, as the evaluations say")
        .contains(
            "<h1>The model was asked to draw 64 words it never trained on. Before training, 19%"
                + " were read correctly; after 30 rounds, 79%.</h1>")
        .contains("“other”, read 17% correctly before and 62% after");
  }

  @Test
  void everyPairOfPicturesIsShownWithWhatWasRead() {
    assertThat(count(html, "<div class=\"pair\">")).as("eight words").isEqualTo(8);
    assertThat(count(html, "<figure><img src=\"data:image/png;base64,"))
        .as("a picture before and one after each")
        .isEqualTo(16);
    assertThat(count(html, "<div class=\"read right\""))
        .as("one word right before, seven after, by both recognisers")
        .isEqualTo(2 * 8);
    assertThat(html)
        .as("a wrong reading is shown, and turns only itself")
        .contains("✗ <bdi>w0rd", "✗ <bdi>nothing</bdi>");
    assertThat(html)
        .as("control characters are shown, and not raw")
        .contains("✗ <bdi>w0rd\\u0000\\u001b</bdi>")
        .doesNotContain("\0", "\u001b");
  }

  @Test
  void theTreeIsDrawnWithOneBranchAnEdge() {
    assertThat(count(html, "<image class=\"px\"")).as("1 + 3 + 9 + 27 nodes").isEqualTo(40);
    assertThat(count(html, "stroke-linecap=\"round\"")).as("3 + 9 + 27 edges").isEqualTo(39);
    assertThat(html)
        .as("branches of either sign and masked ones differ; the strongest is 7 wide")
        .containsPattern("stroke=\"var\\(--(good|bad)\\)\" stroke-width=\"7.0\"")
        .contains("stroke=\"var(--good)\"", "stroke=\"var(--bad)\"")
        .contains("stroke=\"var(--masked)\" stroke-width=\"1.0\"");
  }

  @Test
  void aTreeGrowsThenIsScoredThenAdvantagesAreBackedUpFromTheLeaves() {
    Document page = Jsoup.parse(html);
    int last = page.select(".stages li").size() - 1;

    assertThat(last).as("the noise, three depths, the scores, three levels of edges").isEqualTo(7);
    assertThat(from(page.select(".node[data-path='']"))).as("the noise is there").containsOnly(0);
    assertThat(from(page.select(".node[data-path='0.1.2']"))).as("a leaf").containsOnly(3);
    assertThat(from(page.select(".node[data-score] > text"))).as("its score").containsOnly(4);
    assertThat(from(page.select(".node[data-score] .advantage"))).as("first").containsOnly(5);
    assertThat(from(page.select(".node[data-path='0.1'] .advantage"))).containsOnly(6);
    assertThat(from(page.select(".node[data-path='0'] .advantage"))).as("last").containsOnly(last);
  }

  @Test
  void aBoundedChoiceOfRoundsHasTheFirstAndTheLast() throws IOException {
    SyntheticRun.write(fs, runDir());
    for (int round = 1; round < SyntheticRun.ROUNDS; round++) {
      SyntheticRun.tree(round).write(fs, runDir());
    }

    Document page = Jsoup.parse(report(runDir()));

    assertThat(page.select(".explorer option").eachText())
        .as("of thirty rounds")
        .containsExactly("1", "8", "15", "22", "30");
    assertThat(page.select(".tree:not([hidden])").eachAttr("data-round"))
        .as("what is shown where no script runs")
        .containsExactly("30");
  }

  private static List<Integer> from(Elements parts) {
    return parts.stream().map(part -> Integer.valueOf(part.attr("data-from"))).toList();
  }

  @Test
  void textFromTheRunIsEscaped() {
    assertThat(html)
        .as("prompts and configuration are text, not markup")
        .contains("&lt;b&gt;&amp;&#39;x", "l&lt;a&gt;mp", "&quot;&lt;treegrpo&gt;&quot;")
        .doesNotContain("<b>&'x", "l<a>mp", "<treegrpo>");
  }

  @Test
  void thePageRefersToNothingOutside() {
    assertThat(Pattern.compile("(?:src|href)=\"([^\"]{0,30})").matcher(html).results())
        .as("pictures are part of the page")
        .isNotEmpty()
        .extracting(result -> result.group(1))
        .allMatch(reference -> reference.startsWith("data:image/png;base64,"));
    assertThat(html).as("styles too").doesNotContain("@import", "url(", "<link", "<script src");
  }

  @Test
  void costSavingAndTimeAreStated() {
    // Ten rounds each start at 0, 1 and 2; a tree takes i + 13 + 27 (7 - i), 27 flat samples 270.
    String factor = Figures.number(30 * 270 / (10 * (202 + 176 + 150.0)));
    assertThat(html)
        .as("rollout evaluations saved by the tree, the phases and the task time")
        .contains("took " + factor + " times fewer evaluations")
        .contains("grow the trees", "average 1.47 threads were computing out of 2 slots")
        .contains("Cost law: ");
  }

  @Test
  void theCheckAgainstRewardHackingStatesItsOutcome() {
    assertThat(html)
        .as("the recogniser that was not trained on gained more than its uncertainty")
        .contains("Here “other” rose.");
  }

  @Test
  void aRunThatHasJustStartedHasAReport() throws IOException {
    Files.createDirectories(directory.resolve("spelling"));

    assertThat(report(runDir()))
        .as("nothing is there yet")
        .contains("Training ran for 0 rounds; nothing was evaluated")
        .doesNotContain("Before and after");
  }

  @Test
  void aRunBeforeItsSecondEvaluationHasAReport() throws IOException {
    MetricsLog log = MetricsLog.open(fs, runDir());
    log.append(MetricsFixtures.evaluation(0));
    log.append(MetricsFixtures.round(1));

    assertThat(report(runDir()))
        .as("the base is known, the result is not")
        .contains("19% were read correctly; no evaluation after training yet.");
  }

  @Test
  void guardsThatActedAreShownWithTheirWorstValue() throws IOException {
    RunFiles.write(
        fs,
        new RunLayout(runDir()).config(),
        "treegrpo.guards { drift { threshold = 0.25, action = warn },"
            + " gradient-rms { threshold = 10, action = off } }");
    assertThat(report(runDir()))
        .as("all quiet")
        .contains("No guard has acted; switched off: gradient-rms.");

    MetricsLog log = MetricsLog.open(fs, runDir());
    for (int round = 10; round <= 30; round += 10) {
      double moved = round == 20 ? 0.75 : 0.3;
      log.append(new GuardRecord(round, "drift", moved, 0.25, "warn", "<moved> by " + moved));
      log.append(new GuardRecord(round, "gradient-rms", round / 10.0, 10, "warn", "small"));
      log.append(new GuardRecord(round, "gradient-rms", 0, 10, "warn", "not written twice"));
    }
    assertThat(report(runDir()))
        .as("threshold, action, how often, the worst with its round, and what to look at")
        .contains(
            "<th>drift</th><td>0.25</td><td>warn</td><td>3×</td><td>0.750 in round 20</td>",
            "<td>3×</td><td>1 in round 10</td><td>optimizer.epsilon",
            "<th>held-out</th><td>–</td><td>–</td><td>never</td>")
        .doesNotContain("<moved>");
  }

  @Test
  void aFailedRunShowsItsError() throws IOException {
    RunResult result =
        new RunResult(
            RunResult.Status.FAILED, 3, 10, null, null, null, null, "prompts.train: <gone>");
    RunFiles.write(fs, new RunLayout(runDir()).result(), RunJson.pretty(result));

    assertThat(report(runDir()))
        .as("the error comes first")
        .contains("The run stopped with an error", "prompts.train: &lt;gone&gt;");
  }

  private Path runDir() {
    return new Path(directory.resolve("spelling").toUri());
  }

  private static String report(Path runDir) throws IOException {
    return RunFiles.readText(fs, ReportWriter.write(fs, runDir)).orElseThrow();
  }

  private static long count(String text, String part) {
    return Pattern.compile(part, Pattern.LITERAL).matcher(text).results().count();
  }
}
