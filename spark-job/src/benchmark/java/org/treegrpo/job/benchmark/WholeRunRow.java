package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.util.List;

/** The quick start as a user starts it, from the launcher's start to its end. */
final class WholeRunRow implements Row {

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(
                bench.root().resolve("deploy/treegrpo").toString(),
                "train",
                "--config",
                bench.quickStart().toString(),
                "--set",
                "treegrpo.run-dir=" + bench.scratch().resolve("quick-start"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("the quick start ended with " + exit);
    }
    double minutes = (System.nanoTime() - start) * 1e-9 / 60;
    return List.of(
        Finding.of(
            "Quick start, whole, on %d processors"
                .formatted(Runtime.getRuntime().availableProcessors()),
            Bar.atMost(5, "%.1f min"),
            Spread.of(minutes),
            "%.0f s".formatted(60 * minutes)));
  }
}
