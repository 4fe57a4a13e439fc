package org.treegrpo.job.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.AtomicFiles;

/** Small files of a run directory, read whole and replaced whole. */
public final class RunFiles {
  private RunFiles() {}

  /** Writes {@code text} as UTF-8; readers see the old file or the new one, never a part. */
  public static void write(FileSystem fs, Path file, String text) throws IOException {
    write(fs, file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes {@code content}; readers see the old file or the new one, never a part. */
  public static void write(FileSystem fs, Path file, byte[] content) throws IOException {
    AtomicFiles.replace(fs, file, out -> out.write(content));
  }

  /** The file's content, or nothing where there is no such file. */
  public static Optional<byte[]> readBytes(FileSystem fs, Path file) throws IOException {
    try (FSDataInputStream in = fs.open(file)) {
      return Optional.of(in.readAllBytes());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** The file as UTF-8 text, or nothing where there is no such file. */
  public static Optional<String> readText(FileSystem fs, Path file) throws IOException {
    return readBytes(fs, file).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** The JSON file as a value of {@code type}, or nothing where there is no such file. */
  public static <T> Optional<T> readJson(FileSystem fs, Path file, Class<T> type)
      throws IOException {
    Optional<String> text = readText(fs, file);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(RunJson.read(text.get(), type));
    } catch (JsonProcessingException e) {
      throw new IOException(
          file + ": not the JSON of a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
    }
  }
}
