package org.treegrpo.job.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSONL file whose lines belong to rounds in ascending order. A line is appended where the store
 * can append; where it cannot, as an object store, or where that fails, the whole file is replaced.
 * A reader may find the last line unfinished for a moment, and after a crash.
 */
final class JsonLines<T> {

  private static final Logger LOG = LoggerFactory.getLogger(JsonLines.class);

  private final FileSystem fs;
  private final Path file;
  private final ToIntFunction<T> round;
  private final List<T> values = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private boolean endsInNoLine;

  /** Whether the file holds what this does, and nothing else. */
  private boolean isWhole;

  JsonLines(FileSystem fs, Path file, Class<T> type, ToIntFunction<T> round) throws IOException {
    this.fs = fs;
    this.file = file;
    this.round = round;
    String content = RunFiles.readText(fs, file).orElse("");
    int end = content.lastIndexOf('\n') + 1;
    this.endsInNoLine = !content.substring(end).isBlank();
    int number = 0;
    for (String line : content.substring(0, end).lines().toList()) {
      number++;
      if (!line.isBlank()) {
        add(parse(line, number, type));
      }
    }
  }

  private T parse(String line, int number, Class<T> type) throws IOException {
    try {
      return RunJson.read(line, type);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s line %d: not a line of %s: %s; mend the line, or move the file away and do without its rounds"
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
    int before = text.length();
    add(value);
    boolean wasWhole = isWhole;
    isWhole = false;
    if (wasWhole && appended(text.substring(before))) {
      isWhole = true;
    } else {
      write();
    }
  }

  /** Whether a line has come to the end of the file. */
  private boolean appended(String line) {
    try {
      if (!fs.hasPathCapability(file, CommonPathCapabilities.FS_APPEND) || !fs.exists(file)) {
        return false;
      }
      try (FSDataOutputStream out = fs.append(file)) {
        out.write(line.getBytes(StandardCharsets.UTF_8));
        out.hsync();
      }
      return true;
    } catch (IOException | FSError e) {
      LOG.warn("{}: nothing could be appended, it is written anew; {}", file, e.getMessage());
      return false;
    }
  }

  private void add(T value) {
    values.add(value);
    text.append(RunJson.line(value)).append('\n');
  }

  /**
   * Where the file ends in something that is no line, as after a loss of power, the next change
   * would lose it: the file is copied first.
   *
   * @return what a person should know about it
   */
  Optional<String> keepWhatIsNoLine() throws IOException {
    if (!endsInNoLine) {
      return Optional.empty();
    }
    int number = 1;
    Path copy = damaged(number);
    while (fs.exists(copy)) {
      number++;
      copy = damaged(number);
    }
    RunFiles.write(fs, copy, RunFiles.readBytes(fs, file).orElseThrow());
    write();
    endsInNoLine = false;
    return Optional.of(
        "%s: does not end in a whole line; kept as %s, and what comes after line %d is dropped"
            .formatted(file, copy.getName(), values.size()));
  }

  private Path damaged(int number) {
    return new Path(file.getParent(), file.getName() + ".damaged-" + number);
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
    isWhole = false;
    RunFiles.write(fs, file, text.toString());
    isWhole = true;
  }
}
