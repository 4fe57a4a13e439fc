package org.treegrpo.job.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file that a user gave, read whole. */
public final class InputFile {

  private InputFile() {}

  /**
   * Reads all of it.
   *
   * @throws IOException also for a local pipe or device, which would be waited for without end
   */
  public static byte[] read(FileSystem fs, Path file) throws IOException {
    if (fs.getUri().getScheme().equals("file")) {
      java.nio.file.Path local = java.nio.file.Path.of(file.toUri().getPath());
      if (Files.exists(local) && !Files.isDirectory(local) && !Files.isRegularFile(local)) {
        throw new IOException(
            file + " must be a regular file; it is a pipe or a device; write what it gives to one");
      }
    }
    try (InputStream in = fs.open(file)) {
      return in.readAllBytes();
    }
  }
}
