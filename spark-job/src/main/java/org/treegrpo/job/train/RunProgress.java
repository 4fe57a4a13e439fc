package org.treegrpo.job.train;

import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.RoundMetrics;

/** One line a round, for the person who watches. */
final class RunProgress {

  private final PrintStream out;
  private final int rounds;
  private final int finished;
  private final Stopwatch watch = new Stopwatch();

  RunProgress(PrintStream out, int rounds, int finished) {
    this.out = out;
    this.rounds = rounds;
    this.finished = finished;
  }

  void round(RoundMetrics metrics) {
    String rewards =
        metrics.reward().entrySet().stream()
            .map(e -> String.format(Locale.ROOT, "%s %.3f", e.getKey(), e.getValue().mean()))
            .collect(Collectors.joining("  "));
    double perRound = watch.total() / (metrics.round() - finished);
    long left = Math.round(perRound * (rounds - metrics.round()));
    out.printf(
        Locale.ROOT,
        "round %d/%d  reward %s  window %d  %.1f s  ETA %d:%02d%n",
        metrics.round(),
        rounds,
        rewards,
        metrics.windowStart(),
        metrics.seconds().total(),
        left / 60,
        left % 60);
  }

  void evaluation(EvaluationRecord evaluation) {
    out.printf(
        Locale.ROOT,
        "held-out after round %d: %s%n",
        evaluation.round(),
        evaluation.reward().entrySet().stream()
            .map(
                e ->
                    String.format(
                        Locale.ROOT,
                        "%s %.3f +- %.3f",
                        e.getKey(),
                        e.getValue().mean(),
                        e.getValue().ci95()))
            .collect(Collectors.joining("  ")));
  }
}
