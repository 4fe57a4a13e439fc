package org.treegrpo.job.files;

import java.io.IOException;
import java.io.UncheckedIOException;
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
  private final Path parent;
  private final String rule;

  /**
   * Makes one in the system's place for temporary files.
   *
   * @param prefix of its name
   * @throws UncheckedIOException naming that place, if it cannot be used
   */
  public TemporaryDirectory(String prefix) {
    this(
        Path.of(System.getProperty("java.io.tmpdir")),
        prefix,
        "java.io.tmpdir = %s must be a directory that can be written and has room for %s; %s; free some, or name another: --spark --conf spark.driver.extraJavaOptions=-Djava.io.tmpdir=DIR");
  }

  /**
   * Makes one in a place that Spark clears with its application, however this process ends.
   *
   * @param local of Spark's local directories
   * @param prefix of its name
   * @throws UncheckedIOException naming that place, if it cannot be used
   */
  public TemporaryDirectory(Path local, String prefix) {
    this(
        local,
        prefix,
        "spark.local.dir = %s must be a directory of this host that can be written and has room for %s; %s; free some, or name another");
  }

  private TemporaryDirectory(Path parent, String prefix, String rule) {
    this.parent = parent;
    this.rule = rule;
    try {
      path = Files.createTempDirectory(parent, prefix);
    } catch (IOException e) {
      throw unusable("a copy of the policy", e);
    }
  }

  public Path path() {
    return path;
  }

  /**
   * Writes a file.
   *
   * @param name relative to the directory, which it must not leave
   * @throws IOException if it does
   * @throws UncheckedIOException naming the system's place for temporary files, if that is full
   */
  public void write(String name, byte[] content) throws IOException {
    Path file = inside(name);
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw unusable("%s of %d bytes".formatted(name, content.length), e);
    }
  }

  /**
   * Lets a name stand for a file elsewhere.
   *
   * @param name relative to the directory, which it must not leave
   * @throws IOException if it does
   */
  public void link(String name, Path target) throws IOException {
    Path file = inside(name);
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, target.toAbsolutePath());
  }

  private Path inside(String name) throws IOException {
    Path file = path.resolve(name).normalize();
    if (!file.startsWith(path)) {
      throw new IOException(name + ": must be a path inside its directory");
    }
    return file;
  }

  private UncheckedIOException unusable(String what, IOException cause) {
    return new UncheckedIOException(
        new IOException(rule.formatted(parent, what, cause.getMessage()), cause));
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
