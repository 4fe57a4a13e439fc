package org.treegrpo.job.train;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.treegrpo.job.files.FileCache;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.InputFile;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.files.TemporaryDirectory;

/**
 * A policy directory of any file system as a local one: small files are copied, large ones that it
 * refers to are linked to where this host has them. Owns the directory.
 */
final class PolicyCopy implements AutoCloseable {

  private final String original;
  private final TemporaryDirectory directory;
  private final FileCache cache;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> notFetched = new ArrayList<>();

  private PolicyCopy(String original, FileCache cache) {
    this.original = original;
    this.cache = cache;
    this.directory = new TemporaryDirectory("treegrpo-inputs");
  }

  /**
   * A file.
   *
   * @param content nothing where it is large
   */
  private record Entry(String name, String uri, long length, byte[] content) {}

  /**
   * Copies the small files of the directory and of those in it; hidden ones are left out.
   *
   * @param uri what {@code policy.path} says
   * @param cache for large files
   * @throws IOException naming what cannot be read
   */
  static PolicyCopy of(String uri, FileCache cache, Configuration hadoop) throws IOException {
    org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(uri);
    FileSystem fs = FileSystems.of(source, hadoop);
    if (!fs.exists(source) || !fs.getFileStatus(source).isDirectory()) {
      throw new IOException("there is no directory with a policy.json");
    }
    PolicyCopy copy = new PolicyCopy(uri, cache);
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

  /**
   * Adds large files.
   *
   * @param names of those that the policy needs
   * @throws IOException naming what cannot be read
   */
  void fetchLarge(Set<String> names, Configuration hadoop) throws IOException {
    for (Entry entry : notFetched) {
      if (names.contains(entry.name())) {
        directory.link(
            entry.name(), cache.fetch(new org.apache.hadoop.fs.Path(entry.uri()), hadoop));
        entries.add(entry);
      }
    }
  }

  /** The copy. */
  Path directory() {
    return directory.path();
  }

  /**
   * Holds the files to the digests that {@code policy.json} names.
   *
   * @param digests SHA-256 by file name
   * @throws IOException naming the first file that is another, or missing
   */
  void requireDigests(Map<String, String> digests) throws IOException {
    for (Map.Entry<String, String> expected : digests.entrySet()) {
      Path file = directory().resolve(expected.getKey());
      if (!Files.isRegularFile(file)) {
        throw new IOException(
            "%s/policy.json: sha256.%s must name a file of the directory; there is none"
                .formatted(directory(), expected.getKey()));
      }
      String found = FileCache.digest(file);
      if (!found.equals(expected.getValue())) {
        throw new IOException(
            "%s: must have the SHA-256 that policy.json says, %s; found %s; copy the directory again, or export it anew"
                .formatted(file, expected.getValue(), found));
      }
    }
  }

  /**
   * What executors are told of the files.
   *
   * @throws IOException if one cannot be read
   */
  PolicyFile[] files() throws IOException {
    List<PolicyFile> files = new ArrayList<>();
    for (Entry entry : entries) {
      files.add(
          new PolicyFile(
              entry.name(),
              entry.uri(),
              entry.length(),
              FileCache.digest(directory().resolve(entry.name())),
              entry.content()));
    }
    return files.toArray(PolicyFile[]::new);
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
    String uri = file.getPath().toString();
    if (PolicyFile.isLarge(file.getLen())) {
      notFetched.add(new Entry(name, uri, file.getLen(), new byte[0]));
    } else {
      byte[] content = InputFile.read(fs, file.getPath());
      directory.write(name, content);
      entries.add(new Entry(name, uri, file.getLen(), content));
    }
  }
}
