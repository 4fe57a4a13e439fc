package org.treegrpo.job.registry;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunJson;

/**
 * What a night leaves in {@code nights/<id>}. Each file is replaced as a whole; those that are not
 * there have not come about yet.
 *
 * @param fs of the registry
 * @param root the directory
 */
public record NightDirectory(FileSystem fs, Path root) {

  /** Its id. */
  public String id() {
    return root.getName();
  }

  /** Its run directory. */
  public Path run() {
    return new Path(root, "run");
  }

  /** {@code night.json}: what it began with. */
  public Optional<Night> night() throws IOException {
    return read(Night.NAME, Night.class);
  }

  /** Begins it. */
  public void begin(Night night) throws IOException {
    write(Night.NAME, night);
  }

  /** {@code verdict.json}: what the gate said last. */
  public Optional<Judgement> judgement() throws IOException {
    return read("verdict.json", Judgement.class);
  }

  /** Keeps what the gate said. */
  public void judged(Judgement judgement) throws IOException {
    write("verdict.json", judgement);
  }

  /** {@code result.json}: what it came to. */
  public Optional<NightResult> result() throws IOException {
    return read("result.json", NightResult.class);
  }

  /** Keeps what it came to. */
  public void ended(NightResult result) throws IOException {
    write("result.json", result);
  }

  /**
   * What ended a process of the night.
   *
   * @param at ISO 8601 in UTC
   * @param error for people
   */
  public record Failure(String at, String error) {}

  /** {@code failure.json}: how the last process that failed did so, whatever came after it. */
  public Optional<Failure> failure() throws IOException {
    return read("failure.json", Failure.class);
  }

  /** Keeps how a process failed. */
  public void failed(Failure failure) throws IOException {
    write("failure.json", failure);
  }

  /**
   * What the webhook was told.
   *
   * @param status of the night
   * @param at ISO 8601 in UTC
   */
  public record Told(NightResult.Status status, String at) {}

  /** {@code webhook.json}: what the webhook was told last. */
  public Optional<Told> told() throws IOException {
    return read("webhook.json", Told.class);
  }

  /** Keeps what the webhook was told. */
  public void told(Told told) throws IOException {
    write("webhook.json", told);
  }

  private <T> Optional<T> read(String name, Class<T> type) throws IOException {
    return RunFiles.readJson(fs, new Path(root, name), type);
  }

  private void write(String name, Object value) throws IOException {
    RunFiles.write(fs, new Path(root, name), RunJson.pretty(value));
  }
}
