package org.treegrpo.job.train;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** A JVM that trains for many rounds and writes down what it holds of memory on the way. */
final class SoakProcess {

  static final int ROUNDS = 1000;

  private SoakProcess() {}

  /**
   * Trains into a directory; writes {@code samples} there, a {@link Sample} a line.
   *
   * @param arguments the directory
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    TinyRun run = new TinyRun(directory);
    Path reward = directory.resolve("mean.pt");
    TorchScriptArchive.write(GaussianRun.meanReward(), reward);
    List<String> samples = new ArrayList<>();
    try (PrintStream progress = new SamplingProgress(samples)) {
      TrainingRun.train(
          run.settings(
              "run",
              "treegrpo.rounds=" + ROUNDS,
              "treegrpo.sampler.steps=3",
              "treegrpo.tree.width=1",
              "treegrpo.tree.prompts-per-round=2",
              "treegrpo.tree.trees-per-prompt=1",
              "treegrpo.rewards=[{name = mean, type = torchscript, time-limit-seconds = 3600, options.path = \"%s\"}]"
                  .formatted(reward),
              "treegrpo.update.kl=0.01",
              "treegrpo.ema.enabled=true",
              "treegrpo.evaluation.every=250",
              "treegrpo.checkpoint.every=250",
              "treegrpo.audit.every=250"),
          TinyRun.spark("local[2]"),
          new Configuration(),
          progress);
    }
    Files.write(directory.resolve("samples"), samples);
  }

  /**
   * What the process held at the end of a round, after a garbage collection.
   *
   * @param residentKib VmRSS
   * @param heapKib used heap
   * @param arrays open native arrays
   */
  record Sample(int round, long residentKib, long heapKib, int arrays) {

    static Sample take(int round) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return new Sample(
          round,
          readResidentKib(),
          (runtime.totalMemory() - runtime.freeMemory()) / 1024,
          TorchRuntime.openArrays());
    }

    static Sample parse(String line) {
      String[] fields = line.split(" ", -1);
      return new Sample(
          Integer.parseInt(fields[0]),
          Long.parseLong(fields[1]),
          Long.parseLong(fields[2]),
          Integer.parseInt(fields[3]));
    }

    String line() {
      return "%d %d %d %d".formatted(round, residentKib, heapKib, arrays);
    }

    private static long readResidentKib() {
      try {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Takes a sample where the progress line of every 100th round is printed. */
  private static final class SamplingProgress extends PrintStream {

    private final List<String> samples;
    private int rounds;

    SamplingProgress(List<String> samples) {
      super(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
      this.samples = samples;
    }

    @Override
    public void println(String line) {
      if (line.startsWith("round ")) {
        rounds++;
        if (rounds % 100 == 0) {
          samples.add(Sample.take(rounds).line());
        }
      }
    }
  }
}
