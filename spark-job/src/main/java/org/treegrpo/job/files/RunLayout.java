package org.treegrpo.job.files;

import java.util.Locale;
import java.util.Objects;
import org.apache.hadoop.fs.Path;

/**
 * Where everything lies in a run directory.
 *
 * @param root the run directory, on any Hadoop file system
 */
public record RunLayout(Path root) {

  public RunLayout {
    Objects.requireNonNull(root, "root");
  }

  /** Versions, seed and start of the run. */
  public Path run() {
    return new Path(root, "run.json");
  }

  /** The configuration after defaults, presets and overrides. */
  public Path config() {
    return new Path(root, "config.resolved.conf");
  }

  /** The {@code RunResult}. */
  public Path result() {
    return new Path(root, "result.json");
  }

  /** What the gate said of the run's result, where it was held to one. */
  public Path gate() {
    return new Path(root, "gate.json");
  }

  /** The page for people. */
  public Path report() {
    return new Path(root, "report.html");
  }

  /** By what the run is found in a tracker. */
  public Path tracking() {
    return new Path(root, "mlflow.json");
  }

  /** One {@code RoundMetrics} a line. */
  public Path metrics() {
    return new Path(root, "metrics.jsonl");
  }

  /** One {@code EvaluationRecord} a line. */
  public Path evaluations() {
    return new Path(root, "evaluations.jsonl");
  }

  /** One {@code GuardRecord} a line, where guards have acted. */
  public Path guards() {
    return new Path(root, "guards.jsonl");
  }

  /** What a comparison compares. */
  public Path comparison() {
    return new Path(root, "compare.json");
  }

  /** The turns of a comparison's members, one a line. */
  public Path turns() {
    return new Path(root, "turns.jsonl");
  }

  /** A comparison's figures for tools. */
  public Path table() {
    return new Path(root, "compare.csv");
  }

  /** Directory of a round's Parquet files. */
  public Path audit(int round) {
    return new Path(root, String.format(Locale.ROOT, "audit/round=%06d", round));
  }

  /** Directory of a LoRA for diffusers, after {@code round} rounds. */
  public Path export(int round) {
    return new Path(root, "exports/" + roundName(round));
  }

  /** Directory of the sample pictures and grown trees. */
  public Path samples() {
    return new Path(root, "samples");
  }

  /** The held-out images after {@code round} rounds. */
  public Path sampleSheet(int round) {
    return new Path(samples(), roundName(round) + ".png");
  }

  /** What the images of {@link #sampleSheet} are. */
  public Path sampleSheetIndex(int round) {
    return new Path(samples(), roundName(round) + ".json");
  }

  /** One tree of {@code round}, with its images. */
  public Path grownTree(int round) {
    return new Path(samples(), "tree-" + roundName(round) + ".json");
  }

  /** {@code round-000010}. */
  public static String roundName(int round) {
    return String.format(Locale.ROOT, "round-%06d", round);
  }
}
