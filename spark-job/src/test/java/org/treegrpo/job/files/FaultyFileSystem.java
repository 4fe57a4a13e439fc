package org.treegrpo.job.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** A local file system that fails on the files whose name contains a given text. */
public final class FaultyFileSystem extends RawLocalFileSystem {

  public enum Fault {
    /** rename() returns false, as HDFS does where the target exists. */
    RENAME_REFUSED,
    /** The stream fails after 64 bytes. */
    WRITE_FAILS,
    /** The stream fails when it is closed. */
    CLOSE_FAILS
  }

  private final Fault fault;
  private final String victim;
  private final List<String> renamed = new ArrayList<>();

  public FaultyFileSystem(Fault fault, String victim) throws IOException {
    this.fault = fault;
    this.victim = victim;
    initialize(URI.create("file:///"), new Configuration(false));
  }

  /** Names that files were renamed to, in order. */
  public List<String> renamed() {
    return List.copyOf(renamed);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    renamed.add(to.getName());
    return !(fault == Fault.RENAME_REFUSED && to.getName().contains(victim))
        && super.rename(from, to);
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
    return faulty(
        file, super.create(file, overwrite, bufferSize, replication, blockSize, progress));
  }

  private FSDataOutputStream faulty(Path file, FSDataOutputStream out) throws IOException {
    if (fault == Fault.RENAME_REFUSED || !file.getName().contains(victim)) {
      return out;
    }
    return new FSDataOutputStream(new FailingStream(out, fault), null);
  }

  private static final class FailingStream extends FilterOutputStream {
    private final Fault fault;
    private int left = 64;

    FailingStream(OutputStream out, Fault fault) {
      super(out);
      this.fault = fault;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int part = fault == Fault.WRITE_FAILS ? Math.min(left, length) : length;
      out.write(bytes, offset, part);
      left -= part;
      if (part < length) {
        throw new IOException("no space left");
      }
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (fault == Fault.CLOSE_FAILS) {
        throw new IOException("replica lost");
      }
    }
  }
}
