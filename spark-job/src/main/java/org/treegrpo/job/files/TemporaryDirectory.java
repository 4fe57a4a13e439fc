package org.treegrpo.job.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A local directory that is removed with everything in it. */
public final class TemporaryDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TemporaryDirectory.class);

  private final Path path;

  /**
   * Makes one in the system's place for temporary files.
   *
   * @param prefix of its name
   */
  public TemporaryDirectory(String prefix) throws IOException {
    path = Files.createTempDirectory(prefix);
  }

  public Path path() {
    return path;
  }

  /**
   * Writes a file.
   *
   * @param name relative to the directory, which it must not leave
   */
  public void write(String name, byte[] content) throws IOException {
    Path file = path.resolve(name).normalize();
    if (!file.startsWith(path)) {
      throw new IOException(name + ": must be a path inside its directory");
    }
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  /** Never throws: others may have cleaned up, and what is left is no reason to fail a run. */
  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.warn("{} is not removed: {}", path, e.toString());
    }
  }
}
