package org.treegrpo.job.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.Progressable;

/**
 * The file system of a run directory for as long as its lock is held: after that nothing is
 * created, renamed or deleted.
 */
final class HeldFileSystem extends FilterFileSystem {

  private final RunLock lock;

  HeldFileSystem(FileSystem fs, RunLock lock) {
    super(fs);
    this.lock = lock;
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    lock.requireHeld();
    return fs.create(file, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStreamBuilder<?, ?> createFile(Path file) {
    try {
      lock.requireHeld();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fs.createFile(file);
  }

  @Override
  public FSDataOutputStream append(Path file, int bufferSize, Progressable progress)
      throws IOException {
    lock.requireHeld();
    return fs.append(file, bufferSize, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    lock.requireHeld();
    return fs.rename(from, to);
  }

  @Override
  public boolean delete(Path file, boolean recursive) throws IOException {
    lock.requireHeld();
    return fs.delete(file, recursive);
  }

  @Override
  public boolean mkdirs(Path directory) throws IOException {
    lock.requireHeld();
    return fs.mkdirs(directory);
  }
}
