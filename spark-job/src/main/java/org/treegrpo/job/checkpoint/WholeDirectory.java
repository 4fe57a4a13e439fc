package org.treegrpo.job.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.treegrpo.job.files.AtomicFiles;

/**
 * A directory of files that is there as a whole or not: its {@code MANIFEST.json}, with size and
 * SHA-256 of every file, is written last and deleted first.
 */
public final class WholeDirectory {

  private final FileSystem fs;
  private final Path directory;
  private final SortedMap<String, Manifest.Entry> files = new TreeMap<>();

  /** A directory that may not be there yet; a manifest in it is only read by {@link #verify}. */
  public WholeDirectory(FileSystem fs, Path directory) {
    this.fs = fs;
    this.directory = directory;
  }

  /** Writes a file, which must not be there. */
  public void write(String name, AtomicFiles.Content content) throws IOException {
    AtomicFiles.create(
        fs,
        new Path(directory, name),
        out -> {
          DigestingOutputStream digesting = new DigestingOutputStream(out);
          content.writeTo(digesting);
          digesting.flush();
          files.put(name, digesting.entry());
        });
  }

  /**
   * Makes it one of the files written.
   *
   * @return bytes of them
   */
  public long finish() throws IOException {
    byte[] manifest = new Manifest(files).toJson();
    AtomicFiles.create(fs, new Path(directory, Manifest.NAME), out -> out.write(manifest));
    return files.values().stream().mapToLong(Manifest.Entry::size).sum();
  }

  /** Whether its manifest was written, whatever has become of it. */
  public boolean isFinished() throws IOException {
    return fs.exists(new Path(directory, Manifest.NAME));
  }

  /**
   * Reads every byte of it.
   *
   * @param required names that the manifest must list
   * @param known all names that it may list
   * @return names of its files
   * @throws CheckpointException listing everything that is wrong with it
   */
  public Set<String> verify(Set<String> required, Set<String> known) throws IOException {
    try {
      return verified(required, known);
    } catch (ChecksumException | BlockMissingException | FileNotFoundException e) {
      CheckpointException refusal =
          new CheckpointException(directory, "cannot be read; " + e.getMessage());
      refusal.initCause(e);
      throw refusal;
    }
  }

  private Set<String> verified(Set<String> required, Set<String> known) throws IOException {
    if (!isFinished()) {
      throw new CheckpointException(directory, "was not finished: it has no " + Manifest.NAME);
    }
    Manifest manifest = Manifest.read(fs, directory, known);
    List<String> problems = new ArrayList<>();
    for (String name : required) {
      if (!manifest.files().containsKey(name)) {
        problems.add(Manifest.NAME + " must list " + name);
      }
    }
    problems.addAll(manifest.differences(fs, directory));
    if (!problems.isEmpty()) {
      throw new CheckpointException(directory, String.join("; ", problems));
    }
    return manifest.files().keySet();
  }

  /** Deletes it with whatever is in it: a crash in between leaves nothing that looks whole. */
  public void delete() throws IOException {
    fs.delete(new Path(directory, Manifest.NAME), false);
    if (fs.exists(directory) && !fs.delete(directory, true)) {
      throw new IOException(directory + ": cannot be deleted");
    }
  }
}
