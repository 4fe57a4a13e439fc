package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.train.SoakProcess.Sample;

/** A thousand rounds hold no more memory than two hundred. */
class SoakTest {

  private static final int SETTLED = 200;
  private static final long SLACK_KIB = 32 * 1024;

  @Test
  void aThousandRoundsLeakNothing(@TempDir Path directory) throws Exception {
    List<Sample> samples = train(directory);
    assertThat(samples).as("a sample every 100 rounds").hasSize(SoakProcess.ROUNDS / 100);
    List<Sample> settled = samples.stream().filter(sample -> sample.round() >= SETTLED).toList();
    assertThat(settled)
        .as("open native arrays, in %s", samples)
        .allMatch(sample -> sample.arrays() == settled.get(0).arrays());
    checkFlat("resident memory", settled, Sample::residentKib);
    checkFlat("used heap", settled, Sample::heapKib);
  }

  /** The last three samples against the first three, so that one alone decides nothing. */
  private static void checkFlat(String what, List<Sample> samples, ToLongFunction<Sample> kib) {
    long before = median(samples.subList(0, 3), kib);
    long after = median(samples.subList(samples.size() - 3, samples.size()), kib);
    assertThat(after)
        .as("%s in KiB, in %s", what, samples)
        .isLessThan(before + before / 20 + SLACK_KIB);
  }

  private static long median(List<Sample> three, ToLongFunction<Sample> kib) {
    return three.stream().mapToLong(kib).sorted().toArray()[1];
  }

  /** In a JVM of its own, with its heap resident from the start. */
  private static List<Sample> train(Path directory) throws IOException, InterruptedException {
    Path log = directory.resolve("log");
    Process process =
        ChildJvm.start(
            log,
            List.of(),
            List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"),
            SoakProcess.class,
            List.of(directory.toString()));
    try {
      boolean ended = process.waitFor(2, TimeUnit.HOURS);
      assertThat(ended).as("the process ended; it said %s", Files.readString(log)).isTrue();
      assertThat(process.exitValue()).as("exit code; it said %s", Files.readString(log)).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(directory.resolve("samples")).stream().map(Sample::parse).toList();
  }
}
