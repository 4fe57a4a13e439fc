package org.treegrpo.job.files;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * A run directory on any Hadoop file system, and where the driver keeps its checkpoints and lock.
 *
 * @param fs the file system of {@code root}
 * @param root the run directory, qualified
 */
public record RunDirectory(FileSystem fs, Path root) {

  private static final String LOCK = "run.lock";

  /**
   * The run directory at a path or URI; a path without a scheme is on the default file system. A
   * local directory is used without Hadoop's {@code .crc} files: manifests hold better checksums.
   */
  public static RunDirectory of(String uri, Configuration configuration) throws IOException {
    Path path = new Path(uri);
    FileSystem fs = FileSystems.of(path, configuration);
    if (fs instanceof LocalFileSystem local) {
      FileSystem raw = local.getRawFileSystem();
      boolean isHadoopsOwn = raw.getClass() == RawLocalFileSystem.class;
      fs = isHadoopsOwn ? new LocalRunFileSystem(configuration) : raw;
    }
    return new RunDirectory(fs, fs.makeQualified(path));
  }

  /** The files of the directory that are for people and tools. */
  public RunLayout layout() {
    return new RunLayout(root);
  }

  /** Directory of all checkpoints. */
  public Path checkpoints() {
    return new Path(root, "checkpoints");
  }

  /** Directory of the checkpoint after {@code round} rounds. */
  public Path checkpoint(int round) {
    return new Path(checkpoints(), RunLayout.roundName(round));
  }

  /** Held by the driver that writes to this directory. */
  public Path lock() {
    return new Path(root, LOCK);
  }

  /** Written again and again by the driver that holds the lock. */
  public Path lease() {
    return new Path(root, LOCK + ".lease");
  }

  /** Whether a file is the lock or one that taking and keeping it needs. */
  public static boolean isOfLock(String name) {
    return name.startsWith(LOCK);
  }
}
