package org.treegrpo.job.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalDiskError;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * A local file system that fails on the files whose {@code <directory>/<name>} contains a given
 * text; a temporary file counts as the file it will become. Made directly it stands for the local
 * disk; by {@link #uri} it is reached as any file system of a cluster is.
 */
public final class FaultyFileSystem extends RawLocalFileSystem {

  private static final String SCHEME = "faulty";
  private static final Map<String, Plan> PLANS = new ConcurrentHashMap<>();

  public enum Fault {
    /** create() throws. */
    CREATE_FAILS,
    /** The stream fails after 64 bytes. */
    WRITE_FAILS,
    /** The stream fails when it is closed. */
    CLOSE_FAILS,
    /** rename() returns false, as HDFS does where the target exists. */
    RENAME_REFUSED,
    /** rename() throws. */
    RENAME_FAILS,
    /** 64 bytes into the file there is no room left, for no file from then on: an FSError. */
    DISK_FULL
  }

  private final List<String> renamed = new ArrayList<>();
  private Plan plan;
  private URI uri;

  /** For Hadoop, which calls {@link #initialize} next. */
  public FaultyFileSystem() {}

  public FaultyFileSystem(Fault fault, String victim) throws IOException {
    plan = new Plan(fault, victim);
    super.initialize(URI.create("file:///"), new Configuration(false));
  }

  /**
   * A local directory by way of a file system with a fault of its own.
   *
   * @param hadoop is told of the file system
   */
  public static String uri(
      Configuration hadoop, Fault fault, String victim, java.nio.file.Path directory) {
    hadoop.setClass(
        "fs.faulty.impl", FaultyFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
    hadoop.set("fs.AbstractFileSystem.faulty.impl", Context.class.getName());
    hadoop.setInt(WriteRetries.ATTEMPTS, 1);
    String name = "fault-" + PLANS.size();
    PLANS.put(name, new Plan(fault, victim));
    return SCHEME + "://" + name + directory.toUri().getRawPath();
  }

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(name, conf);
    uri = URI.create(SCHEME + "://" + name.getAuthority());
    plan = PLANS.get(name.getAuthority());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  /** Also asked by the constructor of the parent, when there is none of our own yet. */
  @Override
  public URI getUri() {
    return uri == null ? super.getUri() : uri;
  }

  /** Names that files were renamed to, in order. */
  public List<String> renamed() {
    return List.copyOf(renamed);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    renamed.add(to.getName());
    if (plan.strikes(Fault.RENAME_FAILS, to)) {
      throw new IOException("lost the connection");
    }
    return !plan.strikes(Fault.RENAME_REFUSED, to) && super.rename(from, to);
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
    if (plan.strikes(Fault.CREATE_FAILS, file)) {
      throw new IOException("safe mode is on");
    }
    OutputStream out = super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    return new FSDataOutputStream(new FailingStream(out, plan, file), null);
  }

  /** What fails, and how far it has got. */
  private static final class Plan {
    private static final int ROOM_BYTES = 64;

    private final Fault fault;
    private final String victim;
    private boolean full;

    Plan(Fault fault, String victim) {
      this.fault = fault;
      this.victim = victim;
    }

    boolean strikes(Fault asked, Path file) {
      String name = file.getName().replaceFirst("^\\.(.*)\\.tmp$", "$1");
      return fault == asked && (file.getParent().getName() + "/" + name).contains(victim);
    }

    /** How many of {@code length} bytes can be written after {@code written} of this file. */
    int room(Path file, int written, int length) {
      if (full) {
        return 0;
      }
      if (!strikes(Fault.WRITE_FAILS, file) && !strikes(Fault.DISK_FULL, file)) {
        return length;
      }
      int room = Math.min(length, ROOM_BYTES - written);
      full = fault == Fault.DISK_FULL && room < length;
      return room;
    }
  }

  private static final class FailingStream extends FilterOutputStream {
    private final Plan plan;
    private final Path file;
    private int written;

    FailingStream(OutputStream out, Plan plan, Path file) {
      super(out);
      this.plan = plan;
      this.file = file;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int room = plan.room(file, written, length);
      out.write(bytes, offset, room);
      written += room;
      if (room < length) {
        String reason = "No space left on device";
        if (plan.fault == Fault.DISK_FULL) {
          throw LocalDiskError.of(reason);
        }
        throw new IOException(reason);
      }
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (plan.strikes(Fault.CLOSE_FAILS, file)) {
        throw new IOException("replica lost");
      }
    }
  }

  /** The same file system as {@link org.apache.hadoop.fs.FileContext} knows it. */
  public static final class Context extends DelegateToFileSystem {

    public Context(URI uri, Configuration conf) throws IOException, java.net.URISyntaxException {
      super(uri, new FaultyFileSystem(), conf, SCHEME, false);
    }
  }
}
