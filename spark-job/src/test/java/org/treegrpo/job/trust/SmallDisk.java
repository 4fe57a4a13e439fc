package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A file system in memory that holds a few kilobytes, made by {@code mount}. */
final class SmallDisk implements AutoCloseable {

  private final Path place;

  private SmallDisk(Path place) {
    this.place = place;
  }

  /**
   * Mounts one, if this process may.
   *
   * @param place an empty directory
   */
  static Optional<SmallDisk> mount(Path place, long bytes) throws IOException {
    SmallDisk disk = new SmallDisk(place);
    return disk.succeeds("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs")
        ? Optional.of(disk)
        : Optional.empty();
  }

  void grow(long bytes) throws IOException {
    if (!succeeds("mount", "-o", "remount,size=" + bytes)) {
      throw new IOException(place + ": cannot be made larger");
    }
  }

  @Override
  public void close() throws IOException {
    if (!succeeds("umount")) {
      throw new IOException(place + ": cannot be unmounted");
    }
  }

  private boolean succeeds(String... words) throws IOException {
    String[] command = Arrays.copyOf(words, words.length + 1);
    command[words.length] = place.toString();
    Path said = Files.createTempFile("small-disk", ".log");
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      Files.delete(said);
    }
  }
}
