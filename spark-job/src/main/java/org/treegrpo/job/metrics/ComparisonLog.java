package org.treegrpo.job.metrics;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;

/** {@code compare.json} and {@code turns.jsonl} of a comparison. One writer at a time. */
public final class ComparisonLog {

  private final JsonLines<TurnRecord> turns;

  private ComparisonLog(JsonLines<TurnRecord> turns) {
    this.turns = turns;
  }

  /**
   * Reads what is there; a new comparison has no file.
   *
   * @throws IOException if the file cannot be read or a line is not one
   */
  public static ComparisonLog open(FileSystem fs, Path directory) throws IOException {
    Path file = new RunLayout(directory).turns();
    return new ComparisonLog(new JsonLines<>(fs, file, TurnRecord.class, TurnRecord::turn));
  }

  /** What the comparison in a directory compares, if there is one. */
  public static Optional<ComparisonIndex> index(FileSystem fs, Path directory) throws IOException {
    return RunFiles.readJson(fs, new RunLayout(directory).comparison(), ComparisonIndex.class);
  }

  /** Writes what the comparison compares. */
  public static void write(FileSystem fs, Path directory, ComparisonIndex index)
      throws IOException {
    RunFiles.write(fs, new RunLayout(directory).comparison(), RunJson.pretty(index));
  }

  /** Adds a turn. */
  public void append(TurnRecord turn) throws IOException {
    turns.append(turn);
  }

  /** All turns so far, in order. */
  public List<TurnRecord> turns() {
    return turns.values();
  }
}
