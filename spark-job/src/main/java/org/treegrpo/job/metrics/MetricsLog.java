package org.treegrpo.job.metrics;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;

/**
 * {@code metrics.jsonl}, {@code evaluations.jsonl} and {@code guards.jsonl} of a run directory. All
 * are complete after every call; while a line is appended, a reader may see its beginning. One
 * writer at a time.
 */
public final class MetricsLog {
  private final JsonLines<RoundMetrics> rounds;
  private final JsonLines<EvaluationRecord> evaluations;
  private final JsonLines<GuardRecord> guards;

  private MetricsLog(
      JsonLines<RoundMetrics> rounds,
      JsonLines<EvaluationRecord> evaluations,
      JsonLines<GuardRecord> guards) {
    this.rounds = rounds;
    this.evaluations = evaluations;
    this.guards = guards;
  }

  /**
   * Reads what is there; a new run has none of the files.
   *
   * @throws IOException if a file cannot be read or a line is not JSON of its kind
   */
  public static MetricsLog open(FileSystem fs, Path runDir) throws IOException {
    RunLayout layout = new RunLayout(runDir);
    return new MetricsLog(
        new JsonLines<>(fs, layout.metrics(), RoundMetrics.class, RoundMetrics::round),
        new JsonLines<>(fs, layout.evaluations(), EvaluationRecord.class, EvaluationRecord::round),
        new JsonLines<>(fs, layout.guards(), GuardRecord.class, GuardRecord::round));
  }

  /**
   * Adds a round.
   *
   * @throws IllegalArgumentException unless it is later than every round so far
   */
  public void append(RoundMetrics metrics) throws IOException {
    if (metrics.round() <= rounds.lastRound()) {
      throw new IllegalArgumentException(
          "metrics.jsonl: round %d must follow round %d; truncate the log when a run resumes"
              .formatted(metrics.round(), rounds.lastRound()));
    }
    rounds.append(metrics);
  }

  /**
   * Adds an evaluation. A round may be evaluated more than once, with different labels.
   *
   * @throws IllegalArgumentException if it is of an earlier round than the last one
   */
  public void append(EvaluationRecord evaluation) throws IOException {
    if (evaluation.round() < evaluations.lastRound()) {
      throw new IllegalArgumentException(
          "evaluations.jsonl: round %d must not come before round %d; truncate the log when a run"
                  .formatted(evaluation.round(), evaluations.lastRound())
              + " resumes");
    }
    evaluations.append(evaluation);
  }

  /** Adds what a guard has done, unless it is there: an earlier process may have written it. */
  public void append(GuardRecord act) throws IOException {
    boolean there =
        guards.values().stream()
            .anyMatch(one -> one.round() == act.round() && one.guard().equals(act.guard()));
    if (!there) {
      guards.append(act);
    }
  }

  /**
   * Puts a copy of each file aside that does not end in a whole line, and drops from the file what
   * is none.
   *
   * @return a line for people about each
   */
  public List<String> keepWhatIsNoLine() throws IOException {
    List<String> kept = new ArrayList<>();
    rounds.keepWhatIsNoLine().ifPresent(kept::add);
    evaluations.keepWhatIsNoLine().ifPresent(kept::add);
    guards.keepWhatIsNoLine().ifPresent(kept::add);
    return kept;
  }

  /** Drops everything later than {@code round}, which is where a run resumes. */
  public void truncateAfter(int round) throws IOException {
    rounds.truncateAfter(round);
    evaluations.truncateAfter(round);
    guards.truncateAfter(round);
  }

  /** All rounds so far, in order. */
  public List<RoundMetrics> rounds() {
    return rounds.values();
  }

  /** All evaluations so far, in order. */
  public List<EvaluationRecord> evaluations() {
    return evaluations.values();
  }

  /** All that guards have done so far, in order. */
  public List<GuardRecord> guards() {
    return guards.values();
  }
}
