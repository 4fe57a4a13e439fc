package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The quick start's rounds against a plain PyTorch loop of the same rounds, in turns: the engine
 * waits at the end of a round while the loop works, and the other way round.
 */
final class PyTorchLoopRow implements Row {

  private static final int FIRST = 11;
  private static final int LAST = 60;
  private static final int LAST_SHORT = 20;
  private static final int ROUNDS_A_TURN = 5;

  /** How the loop uses two cores. */
  private record Layout(int processes, int threads) {
    String text() {
      return "%d × %d".formatted(processes, threads);
    }
  }

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    int last = bench.repetitions() > 1 ? LAST : LAST_SHORT;
    Path inputs = Files.createDirectory(bench.scratch().resolve("loop"));
    try (QuickStartModel model = new QuickStartModel(bench)) {
      LoopInputs.write(model.recipe(), last, inputs);
    }
    String python = python(bench);
    Layout layout = faster(bench, python, inputs);
    try (Turns turns = new Turns(start(bench, python, inputs, layout), last)) {
      TrainingRounds.of(
          bench,
          "local[2]",
          RoundTap.of(turns::printed),
          List.of("treegrpo.rounds=" + (last + 1), "treegrpo.optimizer.warm-up-steps=5"));
      return List.of(
          Finding.of(
              "Rounds %d to %d of the quick start: a plain PyTorch loop, %s processes × threads / the engine, local[2]"
                  .formatted(FIRST, last, layout.text()),
              Bar.atLeast(1.0, "%.2f×"),
              Spread.of(turns.ratios),
              turns.text()));
    }
  }

  /** Two processes of one thread, or one of two: whichever takes less for a round. */
  private static Layout faster(Bench bench, String python, Path inputs) throws IOException {
    List<Layout> layouts = List.of(new Layout(2, 1), new Layout(1, 2));
    List<Double> seconds = new ArrayList<>();
    for (Layout layout : layouts) {
      try (WorkerProcess loop = start(bench, python, inputs, layout)) {
        rounds(loop, 1, 1);
        seconds.add(rounds(loop, 2, 3));
      }
    }
    return layouts.stream()
        .min(Comparator.comparing(layout -> seconds.get(layouts.indexOf(layout))))
        .orElseThrow();
  }

  private static WorkerProcess start(Bench bench, String python, Path inputs, Layout layout)
      throws IOException {
    return WorkerProcess.start(
        "the PyTorch loop",
        List.of(
            python,
            folder(bench).resolve("loop.py").toString(),
            "--policy=" + bench.policy(),
            "--ocr=" + inputs.resolve("ocr"),
            "--plan=" + inputs.resolve("plan.json"),
            "--processes=" + layout.processes(),
            "--threads=" + layout.threads()));
  }

  private static Path folder(Bench bench) {
    return bench.root().resolve("docs/benchmarks/pytorch-loop");
  }

  /** The interpreter of the loop's environment, which is set up if need be. */
  private static String python(Bench bench) throws IOException {
    Process setup =
        new ProcessBuilder(bench.root().resolve("deploy/python/environment").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(setup.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (printed.isBlank()) {
      throw new IOException("deploy/python/environment failed; its messages are above");
    }
    return printed.strip();
  }

  /** Wall seconds of the loop's rounds, by its own clock. */
  private static double rounds(WorkerProcess loop, int first, int last) throws IOException {
    double seconds = 0;
    for (int round = first; round <= last; round++) {
      seconds += Double.parseDouble(loop.ask("round " + round).split(" ", 2)[0]);
    }
    return seconds;
  }

  /** Stops the engine at the end of every few rounds and lets the loop do the same rounds. */
  private static final class Turns implements AutoCloseable {

    private final WorkerProcess loop;
    private final int last;
    private final List<Double> engineSeconds = new ArrayList<>();
    private final List<Double> loopSeconds = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();
    private long start;
    private int round;

    Turns(WorkerProcess loop, int last) {
      this.loop = loop;
      this.last = last;
    }

    void printed(String line) {
      if (!line.startsWith("round")) {
        return;
      }
      round++;
      if (round < FIRST - 1 || round > last || (round - FIRST + 1) % ROUNDS_A_TURN != 0) {
        return;
      }
      double engine = (System.nanoTime() - start) * 1e-9 / ROUNDS_A_TURN;
      try {
        if (round < FIRST) {
          rounds(loop, 1, round);
        } else {
          double other = rounds(loop, round - ROUNDS_A_TURN + 1, round) / ROUNDS_A_TURN;
          engineSeconds.add(engine);
          loopSeconds.add(other);
          ratios.add(other / engine);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      start = System.nanoTime();
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%s / %s s a round, %d turns of %d rounds",
          Spread.of(loopSeconds).format("%.2f"),
          Spread.of(engineSeconds).format("%.2f"),
          ratios.size(),
          ROUNDS_A_TURN);
    }

    @Override
    public void close() {
      loop.close();
    }
  }
}
