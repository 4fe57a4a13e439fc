package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.treegrpo.job.metrics.MetricsFixtures;
import org.treegrpo.job.report.ConsoleProgress.Style;

class ConsoleProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private Instant now = Instant.ofEpochSecond(1000);
  private final InstantSource clock = () -> now;

  @Test
  void aRoundIsOneLineWithItsRewardItsTimeAndWhatIsLeft() {
    ConsoleProgress progress = new ConsoleProgress(out, Style.PLAIN, clock, 11, 20);

    now = now.plusSeconds(60);
    progress.round(MetricsFixtures.round(12));

    assertThat(printed())
        .as("two rounds in 60 s, eight are left: 240 s")
        .startsWith("round 12/20  ocr 0.320  aesthetic – (8 not scored)  ")
        .endsWith("left: 4 min 00 s" + System.lineSeparator())
        .hasLineCount(1);
  }

  @Test
  void theLastRoundHasNothingLeft() {
    new ConsoleProgress(out, Style.PLAIN, clock, 1, 20).round(MetricsFixtures.round(20));

    assertThat(printed()).as("done").doesNotContain("left");
  }

  @Test
  void anEvaluationNamesTheJudgesThatTrainingNeverSaw() {
    new ConsoleProgress(out, Style.PLAIN, clock, 1, 20).evaluation(MetricsFixtures.evaluation(0));

    assertThat(printed())
        .as("held-out scores")
        .isEqualTo(
            "held-out after round  0:  ocr 0.400 ± 0.030, 19% right"
                + "  other 0.380 ± 0.030, 17% right (not trained on)"
                + System.lineSeparator());
  }

  @Test
  void escapeCodesAreForTerminalsOnly() {
    new ConsoleProgress(out, Style.PLAIN, clock, 1, 20).round(MetricsFixtures.round(1));
    assertThat(printed()).as("files and pipes").doesNotContain("\u001b");

    new ConsoleProgress(out, Style.TERMINAL, clock, 1, 20).round(MetricsFixtures.round(1));
    assertThat(printed()).as("terminals").contains("\u001b[1m0.210\u001b[0m");
  }

  @Test
  void aStepIsALineNowAndThen() {
    ConsoleProgress progress = new ConsoleProgress(out, Style.PLAIN, clock, 101, 400);
    for (int step = 101; step < 200; step++) {
      progress.step(step, 0.25);
    }
    now = now.plusSeconds(50);
    progress.step(200, 0.25);

    assertThat(printed().lines())
        .as("100 steps took 50 s, 200 are left")
        .containsExactly(
            "step 101/400  loss 0.250  left: 0.0 s", "step 200/400  loss 0.250  left: 1 min 40 s");
  }

  @Test
  void theLastStepIsAlwaysPrinted() {
    ConsoleProgress progress = new ConsoleProgress(out, Style.PLAIN, clock, 1, 2);
    progress.step(1, 1);
    progress.step(2, 0.5);

    assertThat(printed()).as("at once").endsWith("step 2/2  loss 0.500" + System.lineSeparator());
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
