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

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
