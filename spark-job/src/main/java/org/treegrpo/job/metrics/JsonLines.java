package org.treegrpo.job.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A JSONL file whose lines belong to rounds in ascending order. The whole file is replaced at every
 * change: object stores cannot append, and a line is about 1 kB.
 */
final class JsonLines<T> {
  private final FileSystem fs;
  private final Path file;
  private final ToIntFunction<T> round;
  private final List<T> values = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  JsonLines(FileSystem fs, Path file, Class<T> type, ToIntFunction<T> round) throws IOException {
    this.fs = fs;
    this.file = file;
    this.round = round;
    int number = 0;
    for (String line : wholeLines(RunFiles.readText(fs, file).orElse(""))) {
      number++;
      if (!line.isBlank()) {
        add(parse(line, number, type));
      }
    }
  }

  /** A last line without its end is what a machine that lost power has left of it. */
  private static List<String> wholeLines(String text) {
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  private T parse(String line, int number, Class<T> type) throws IOException {
    try {
      return RunJson.read(line, type);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s line %d: not a line of %s: %s"
              .formatted(file, number, type.getSimpleName(), e.getOriginalMessage()),
          e);
    }
  }

  List<T> values() {
    return List.copyOf(values);
  }

  /** Round of the last line; -1 where there is none. */
  int lastRound() {
    return values.isEmpty() ? -1 : round.applyAsInt(values.get(values.size() - 1));
  }

  void append(T value) throws IOException {
    add(value);
    write();
  }

  private void add(T value) {
    values.add(value);
    text.append(RunJson.line(value)).append('\n');
  }

  void truncateAfter(int last) throws IOException {
    List<T> kept = values.stream().filter(value -> round.applyAsInt(value) <= last).toList();
    if (kept.size() < values.size()) {
      values.clear();
      text.setLength(0);
      kept.forEach(this::add);
      write();
    }
  }

  private void write() throws IOException {
    RunFiles.write(fs, file, text.toString());
  }
}
