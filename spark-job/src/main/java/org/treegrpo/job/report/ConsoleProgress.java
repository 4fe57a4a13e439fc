package org.treegrpo.job.report;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;
import org.treegrpo.core.base.Terminal;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;

/**
 * One line a round (or now and then, of short steps), and one an evaluation, for people who watch.
 * On a terminal the figures that matter are bold; elsewhere the lines are plain text.
 */
public final class ConsoleProgress {

  /** How lines are written. */
  public enum Style {
    /** No escape codes: files, pipes, logs. */
    PLAIN,
    /** With bold figures. */
    TERMINAL,
    /** Remarks alone: somebody else tells what happens. */
    REMARKS;

    /** What standard output is; plain where that cannot be told. */
    public static Style ofStandardOutput() {
      boolean plain = System.getenv("NO_COLOR") != null || !Terminal.isStandardOutput();
      return plain ? PLAIN : TERMINAL;
    }
  }

  private static final long MILLIS_BETWEEN_STEPS = 10_000;

  private final PrintStream out;
  private final Style style;
  private final InstantSource clock;
  private final int rounds;
  private final int firstRound;
  private final long startMillis;
  private long nextStepMillis;

  /**
   * Starts the clock of the estimated time.
   *
   * @param firstRound the first round, or step, that this process does
   * @param rounds of the whole run
   */
  public ConsoleProgress(
      PrintStream out, Style style, InstantSource clock, int firstRound, int rounds) {
    this.out = out;
    this.style = style;
    this.clock = clock;
    this.firstRound = firstRound;
    this.rounds = rounds;
    this.startMillis = clock.millis();
  }

  /** Prints a round. */
  public void round(RoundMetrics metrics) {
    StringBuilder line =
        new StringBuilder("round %s/%d".formatted(padded(metrics.round()), rounds));
    for (Map.Entry<String, RewardStatistics> reward : metrics.reward().entrySet()) {
      line.append("  ").append(reward.getKey()).append(' ');
      line.append(bold(Figures.number(reward.getValue().mean())));
      if (reward.getValue().failed() > 0) {
        line.append(" (%d not scored)".formatted(reward.getValue().failed()));
      }
    }
    line.append(
        "  %s (grow %s, learn %s)"
            .formatted(
                Figures.duration(metrics.seconds().total()),
                Figures.duration(metrics.seconds().grow()),
                Figures.duration(metrics.seconds().learn())));
    if (metrics.sharesRegrown() > 0) {
      line.append("  %d shares regrown".formatted(metrics.sharesRegrown()));
    }
    println(line, metrics.round());
  }

  /** Prints a step of many: the first, the last, and one now and then. */
  public void step(int step, double loss) {
    long now = clock.millis();
    if (step == rounds || now >= nextStepMillis) {
      nextStepMillis = now + MILLIS_BETWEEN_STEPS;
      println(
          new StringBuilder(
              "step %s/%d  loss %s".formatted(padded(step), rounds, bold(Figures.number(loss)))),
          step);
    }
  }

  /** Prints what is of interest beside the rounds. */
  public void detail(String line) {
    if (style != Style.REMARKS) {
      out.println(line);
    }
  }

  /** Prints what people should know. */
  public void remark(String line) {
    out.println(line);
  }

  /** Prints an evaluation. */
  public void evaluation(EvaluationRecord evaluation) {
    StringBuilder line =
        new StringBuilder("held-out after round %s:".formatted(padded(evaluation.round())));
    for (Map.Entry<String, HeldOutReward> reward : evaluation.reward().entrySet()) {
      HeldOutReward value = reward.getValue();
      line.append("  ").append(reward.getKey()).append(' ');
      line.append(bold(Figures.number(value.mean())));
      if (!Double.isNaN(value.ci95())) {
        line.append(" ± ").append(Figures.number(value.ci95()));
      }
      if (value.exact() != null) {
        line.append(", ").append(bold(Figures.percent(value.exact()))).append(" right");
      }
      line.append(value.trained() ? "" : " (not trained on)");
    }
    detail(line.toString());
  }

  private void println(StringBuilder line, int round) {
    if (round < rounds) {
      line.append("  left: ").append(Figures.duration(secondsLeft(round)));
    }
    detail(line.toString());
  }

  private double secondsLeft(int round) {
    double elapsed = (clock.millis() - startMillis) / 1000.0;
    return elapsed / (round - firstRound + 1) * (rounds - round);
  }

  private String padded(int round) {
    return " ".repeat(Math.max(0, digits(rounds) - digits(round))) + round;
  }

  private static int digits(int value) {
    return Integer.toString(value).length();
  }

  private String bold(String text) {
    return style == Style.TERMINAL ? "\u001b[1m" + text + "\u001b[0m" : text;
  }
}
