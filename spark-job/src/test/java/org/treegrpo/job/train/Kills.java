package org.treegrpo.job.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processes that die by {@code kill -9} at a moment agreed on beforehand: a file named after the
 * moment, which the first process to reach it removes before it dies.
 */
final class Kills {

  /** System property: the directory of the moments. */
  static final String DIRECTORY = "treegrpo.test.kills";

  private Kills() {}

  /** Plans a death. */
  static void plan(Path directory, String moment) throws IOException {
    Files.createFile(Files.createDirectories(directory).resolve(moment));
  }

  /** Dies if that is what was planned. */
  static void at(String moment) {
    String directory = System.getProperty(DIRECTORY);
    if (directory == null) {
      return;
    }
    try {
      if (Files.deleteIfExists(Path.of(directory, moment))) {
        die();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Never returns. */
  private static void die() throws IOException {
    new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
    while (true) {
      Thread.onSpinWait();
    }
  }
}
