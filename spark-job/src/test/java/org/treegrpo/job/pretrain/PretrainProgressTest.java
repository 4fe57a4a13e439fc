package org.treegrpo.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PretrainProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void estimatesTheTimeLeftFromThisRunsSteps() {
    new PretrainProgress(out, false, 100, 400).step(200, 50, 0.25);
    assertThat(shown())
        .as("100 steps took 50 s, 200 are left")
        .contains("[############............] step 200 of 400", "0.50 s a step, 1:40 left");
  }

  @Test
  void writesFewPlainLinesWhereThereIsNoTerminal() {
    PretrainProgress progress = new PretrainProgress(out, false, 0, 1000);
    for (int step = 1; step <= 100; step++) {
      progress.step(step, step, 1);
    }
    assertThat(shown().lines()).as("100 seconds, a line every 30").hasSize(4);
    assertThat(shown()).as("no control characters").doesNotContain("\r");
  }

  @Test
  void alwaysShowsTheLastStep() {
    PretrainProgress progress = new PretrainProgress(out, true, 0, 2);
    progress.step(1, 0.1, 1);
    progress.step(2, 0.2, 1);
    assertThat(shown())
        .as("a redrawn line, ended at the end")
        .endsWith("left " + System.lineSeparator());
    assertThat(shown()).contains("\rpretrain", "step 2 of 2");
  }
}
