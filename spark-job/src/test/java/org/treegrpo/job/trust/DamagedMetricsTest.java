package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.train.CommandLineRun;

/** A run that goes on with metrics that were damaged in between, seen from the command line. */
class DamagedMetricsTest {

  @TempDir Path directory;

  private Inputs inputs;
  private Path metrics;

  @BeforeEach
  void train() throws IOException {
    inputs = new Inputs(directory);
    inputs.train("rounds=2").assertDone();
    metrics = inputs.file("run/metrics.jsonl");
  }

  @Test
  void whatIsNoLineIsKeptAsideAndTheLossIsSaid() throws IOException {
    byte[] garbage = {0, 0, 0, (byte) 0xff, 'x'};
    Files.write(metrics, garbage);
    CommandLineRun resumed = inputs.resume("rounds=3");
    resumed.assertDone();
    assertThat(resumed.out())
        .as("what was found, and what it means")
        .contains("metrics.jsonl: does not end in a whole line; kept as metrics.jsonl.damaged-1")
        .contains("metrics.jsonl: lacks 1 of the 2 rounds done");
    assertThat(inputs.file("run/metrics.jsonl.damaged-1"))
        .as("byte for byte")
        .hasBinaryContent(garbage);
    assertThat(Files.readAllLines(metrics))
        .as("the round that the checkpoint remembers, and the new one")
        .hasSize(2);
  }

  @Test
  void aMissingFileIsSaid() throws IOException {
    Files.delete(metrics);
    CommandLineRun resumed = inputs.resume("rounds=2");
    resumed.assertDone();
    assertThat(resumed.out()).as("the loss").contains("lacks 1 of the 2 rounds done");
  }
}
