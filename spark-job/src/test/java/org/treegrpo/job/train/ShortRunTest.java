package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that is over before its warm-up is, as when one round of a configuration is tried. */
class ShortRunTest {

  private static final String WARM_UP = "treegrpo.optimizer.warm-up-steps=5";
  private static final String CUT =
      "treegrpo.optimizer.warm-up-steps = 5: cut after the run's 1 optimizer steps";

  @TempDir Path directory;
  private TinyRun tiny;
  private String config;

  @BeforeEach
  void write() throws IOException {
    tiny = new TinyRun(directory);
    config = tiny.configFile("run").toString();
  }

  private CommandLineRun command(String command, int rounds) throws IOException {
    return CommandLineRun.of(
        directory,
        command,
        "--config",
        config,
        "--set",
        WARM_UP,
        "--set=treegrpo.rounds=" + rounds);
  }

  @ParameterizedTest
  @CsvSource({"plan", "train"})
  void aWarmUpBeyondTheRunIsCutAndSaid(String command) throws IOException {
    CommandLineRun done = command(command, 1);
    done.assertDone();
    assertThat(done.out()).as(command).containsOnlyOnce(CUT).contains("at 20.0 % of the");
    assertThat(command("plan", 5).out()).as("one that fits").doesNotContain("cut after");
  }

  @Test
  void aRunWhoseWarmUpWasCutIsExtendedAsIfItHadAlwaysBeenLonger() throws IOException {
    command("train", 1).assertDone();
    command("resume", 3).assertDone();
    tiny.train("local[1]", "whole", WARM_UP);
    assertThat(tiny.digests("run")).as("weights").isEqualTo(tiny.digests("whole"));
  }
}
