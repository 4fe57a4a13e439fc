package org.treegrpo.job.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** A local file system that copies a directory before and after every change made to it. */
public final class SnapshotFileSystem extends RawLocalFileSystem {

  private final Path directory;
  private final Path target;
  private final List<Path> snapshots = new ArrayList<>();

  public SnapshotFileSystem(Path directory, Path target) throws IOException {
    this.directory = directory;
    this.target = target;
    initialize(URI.create("file:///"), new Configuration(false));
  }

  /** The copies, in the order of the changes. */
  public List<Path> snapshots() {
    return List.copyOf(snapshots);
  }

  @Override
  public FSDataOutputStream create(
      org.apache.hadoop.fs.Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    take();
    OutputStream out = super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    take();
    return new FSDataOutputStream(new Stepwise(out), null);
  }

  @Override
  public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
      throws IOException {
    take();
    boolean renamed = super.rename(from, to);
    take();
    return renamed;
  }

  /** A directory goes file by file, as the operating system does it. */
  @Override
  public boolean delete(org.apache.hadoop.fs.Path path, boolean recursive) throws IOException {
    Path local = pathToFile(path).toPath();
    if (Files.isDirectory(local)) {
      try (Stream<Path> files = Files.list(local)) {
        for (Path file : files.sorted().toList()) {
          Files.delete(file);
          take();
        }
      }
    }
    boolean deleted = super.delete(path, recursive);
    take();
    return deleted;
  }

  private void take() throws IOException {
    Path snapshot = target.resolve("%03d".formatted(snapshots.size()));
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        Path copy = snapshot.resolve(directory.relativize(path).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(path, copy);
      }
    }
    snapshots.add(snapshot);
  }

  private final class Stepwise extends FilterOutputStream {

    Stepwise(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int half = length / 2;
      out.write(bytes, offset, half);
      out.flush();
      take();
      out.write(bytes, offset + half, length - half);
      out.flush();
      take();
    }

    @Override
    public void close() throws IOException {
      out.close();
      take();
    }
  }
}
