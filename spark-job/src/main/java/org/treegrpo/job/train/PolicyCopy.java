package org.treegrpo.job.train;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.InputFile;
import org.treegrpo.job.files.TemporaryDirectory;

/** A policy directory of any file system, copied to a local one. Owns the copy. */
final class PolicyCopy implements AutoCloseable {

  private final String original;
  private final TemporaryDirectory directory;
  private final List<String> names = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();

  private PolicyCopy(String original) throws IOException {
    this.original = original;
    this.directory = new TemporaryDirectory("treegrpo-inputs");
  }

  /**
   * Copies the files of the directory and of those in it; hidden ones are left out.
   *
   * @param uri what {@code policy.path} says
   * @throws IOException naming what cannot be read
   */
  static PolicyCopy of(String uri, Configuration hadoop) throws IOException {
    org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(uri);
    FileSystem fs = FileSystems.of(source, hadoop);
    if (!fs.exists(source) || !fs.getFileStatus(source).isDirectory()) {
      throw new IOException("there is no directory with a policy.json");
    }
    PolicyCopy copy = new PolicyCopy(uri);
    try {
      URI root = fs.makeQualified(source).toUri();
      RemoteIterator<LocatedFileStatus> files = fs.listFiles(source, true);
      while (files.hasNext()) {
        FileStatus file = files.next();
        copy.add(fs, file, root.relativize(file.getPath().toUri()).getPath());
      }
      return copy;
    } catch (IOException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  /** The copy. */
  Path directory() {
    return directory.path();
  }

  /** Paths of the files, relative to the directory. */
  String[] names() {
    return names.toArray(String[]::new);
  }

  /** Contents of the files, in the same order. */
  byte[][] contents() {
    return contents.toArray(byte[][]::new);
  }

  /** A message about the copy as one about the user's own files. */
  String aboutOriginal(String message) {
    return message.replace(directory.path().toString(), original);
  }

  @Override
  public void close() {
    directory.close();
  }

  private void add(FileSystem fs, FileStatus file, String name) throws IOException {
    if (name.startsWith(".") || name.contains("/.")) {
      return;
    }
    if (file.getLen() > Integer.MAX_VALUE - 8) {
      throw new IOException(file.getPath() + " is over 2 GiB, more than can be sent to executors");
    }
    byte[] bytes = InputFile.read(fs, file.getPath());
    directory.write(name, bytes);
    names.add(name);
    contents.add(bytes);
  }
}
