package org.treegrpo.job.checkpoint;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;

/**
 * Keeps two drivers from writing to one run directory: a file that says who holds it, created only
 * if there is none, deleted on {@link #close}.
 *
 * <p>A lock that a crash left behind is taken over where its owner is certainly gone: on the same
 * host and in the same process space no process has its pid and start time; from elsewhere, it is
 * an earlier attempt of the same Spark application, or it has not shown for a minute that it lives
 * ({@link Lease}). Any other lock is refused. A holder that was only slow, or cut off, finds its
 * lock lost at its next write, and writes nothing.
 */
public final class RunLock implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final RunDirectory run;
  private final FileSystem fs;
  private final Path file;
  private final LockOwner owner;
  private final Lease lease;

  private RunLock(RunDirectory run, LockOwner owner, Duration renewal) {
    this.run = run;
    this.fs = run.fs();
    this.file = run.lock();
    this.owner = owner;
    this.lease = new Lease(this, run, renewal);
  }

  /**
   * Takes the lock, creating the run directory.
   *
   * @param application the Spark application's id
   * @throws RunLockedException where another run holds it
   */
  public static RunLock acquire(RunDirectory run, String application) throws IOException {
    return acquire(run, LockOwner.current(application));
  }

  /**
   * Takes the lock, and waits for the end of one whose holder may be dead: until it is silent for
   * long enough, or shows that it lives. For a command that is repeated after a crash.
   *
   * @param application the Spark application's id
   * @throws RunLockedException where a run that lives holds it
   */
  public static RunLock await(RunDirectory run, String application) throws IOException {
    LockOwner owner = LockOwner.current(application);
    OptionalLong before = OptionalLong.empty();
    while (true) {
      try {
        return acquire(run, owner);
      } catch (SilentHolderException silent) {
        if (before.isPresent() && before.getAsLong() != silent.lastSign()) {
          throw silent;
        }
        if (before.isEmpty()) {
          LOG.warn("{}; waiting whether it shows that it lives", silent.getMessage());
        }
        before = OptionalLong.of(silent.lastSign());
        sleep();
      }
    }
  }

  private static void sleep() throws InterruptedIOException {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a lock");
    }
  }

  static RunLock acquire(RunDirectory run, LockOwner owner) throws IOException {
    return acquire(run, owner, Lease.RENEWAL);
  }

  static RunLock acquire(RunDirectory run, LockOwner owner, Duration renewal) throws IOException {
    makeDirectory(run.fs(), run.root());
    Path file = run.lock();
    if (!create(run.fs(), file, owner) && !takeOver(run, owner)) {
      throw new RunLockedException(file + ": another run took the lock just now");
    }
    LOG.info("{}: held by {}", file, owner);
    return new RunLock(run, owner, renewal);
  }

  /**
   * The directory as its holder writes to it: a file is created only where the lock is still held,
   * so that a directory that was deleted or moved is not made anew with a part of its files.
   */
  public RunDirectory directory() {
    return new RunDirectory(new HeldFileSystem(fs, this), run.root());
  }

  void requireHeld() throws IOException {
    LockOwner holder;
    try {
      holder = read(fs, file);
    } catch (FileNotFoundException e) {
      throw new IOException(
          file
              + ": must be there while the run goes on; the run directory was deleted or moved, so the run ends and writes nothing more. Where it was moved, resume goes on there",
          e);
    }
    if (!owner.token().equals(holder.token())) {
      throw new RunLockedException(
          "%s: was taken over by %s, so this run ends and writes nothing more"
              .formatted(file, holder));
    }
  }

  /** Whether there is no lock any more, or another's. */
  boolean isLost() throws IOException {
    try {
      return !owner.token().equals(read(fs, file).token());
    } catch (FileNotFoundException e) {
      return true;
    }
  }

  /** Releases the lock, unless someone else's is in its place by now. */
  @Override
  public void close() throws IOException {
    lease.close();
    if (!isLost()) {
      fs.delete(run.lease(), false);
      fs.delete(file, false);
    }
  }

  private static void makeDirectory(FileSystem fs, Path directory) throws IOException {
    if (fs.mkdirs(directory)) {
      return;
    }
    if (isLocal(fs)) {
      Files.createDirectories(local(fs, directory)); // says why not: no permission, no room ..
    } else {
      throw new AccessDeniedException(directory + ": cannot be created");
    }
  }

  private static boolean create(FileSystem fs, Path file, LockOwner owner) throws IOException {
    OutputStream opened;
    try {
      opened = open(fs, file);
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
      return false;
    }
    try (OutputStream out = opened) {
      writeOrAbort(out, owner.toJson());
    } catch (IOException | FSError e) {
      if (AtomicFiles.appearWhole(fs, file.getParent())) {
        if (isOf(fs, file, owner)) {
          return true;
        }
        if (fs.exists(file)) {
          return false;
        }
        throw AtomicFiles.named(file, e);
      }
      // Half a lock would keep every later run out.
      fs.delete(file, false);
      throw AtomicFiles.named(file, e);
    }
    return true;
  }

  /** Closing an object after a failure would make half of it a whole one. */
  private static void writeOrAbort(OutputStream out, byte[] content) throws IOException {
    try {
      out.write(content);
    } catch (IOException e) {
      if (out instanceof FSDataOutputStream stream
          && stream.hasCapability(CommonPathCapabilities.ABORTABLE_STREAM)) {
        stream.abort();
      }
      throw e;
    }
  }

  /** Hadoop's local create() looks first and opens then; only the JDK's is one step. */
  private static OutputStream open(FileSystem fs, Path file) throws IOException {
    if (isLocal(fs)) {
      return Files.newOutputStream(
          local(fs, file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
    return AtomicFiles.openNew(fs, file);
  }

  private static boolean isLocal(FileSystem fs) {
    return fs.getUri().getScheme().equals("file");
  }

  private static java.nio.file.Path local(FileSystem fs, Path path) {
    return java.nio.file.Path.of(fs.makeQualified(path).toUri());
  }

  /** Puts our lock in the place of a stale one, or refuses; false where another run was faster. */
  private static boolean takeOver(RunDirectory run, LockOwner taker) throws IOException {
    FileSystem fs = run.fs();
    Path file = run.lock();
    // Two takers that both saw the stale lock must not delete each other's fresh one.
    Path guard = new Path(file.getParent(), file.getName() + ".takeover");
    if (!create(fs, guard, taker) && !(putAside(run, guard) && create(fs, guard, taker))) {
      throw new SilentHolderException(
          file + ": another run is taking the lock over. If none is, delete " + guard,
          Lease.modified(fs, guard));
    }
    try {
      refuseUnlessStale(run, taker);
      fs.delete(file, false);
      return create(fs, file, taker) && isOf(fs, file, taker);
    } finally {
      if (isOf(fs, guard, taker)) {
        fs.delete(guard, false);
      }
    }
  }

  /** Whether a taker has died between two lines of {@link #takeOver}; its guard is removed then. */
  private static boolean putAside(RunDirectory run, Path guard) throws IOException {
    long since = Lease.modified(run.fs(), guard);
    return Lease.silence(run, since) > Lease.PATIENCE.toMillis()
        && Lease.modified(run.fs(), guard) == since
        && run.fs().delete(guard, false);
  }

  private static boolean isOf(FileSystem fs, Path file, LockOwner owner) throws IOException {
    try {
      return read(fs, file).token().equals(owner.token());
    } catch (FileNotFoundException | CheckpointException e) {
      return false;
    }
  }

  private static void refuseUnlessStale(RunDirectory run, LockOwner taker) throws IOException {
    Path file = run.lock();
    LockOwner holder;
    try {
      holder = read(run.fs(), file);
    } catch (FileNotFoundException e) {
      return; // released in the meantime
    } catch (CheckpointException e) {
      throw new RunLockedException(
          e.getMessage() + ". If no run uses this directory, delete " + file);
    }
    if (!holder.isGone(taker)) {
      if (holder.canBeSeenBy(taker) || !holder.renewed()) {
        throw new RunLockedException(
            "%s: in use by %s. If that run is dead, delete the file".formatted(file, holder));
      }
      requireSilence(run, holder);
    }
    LOG.info("{}: taken over, its holder is gone: {}", file, holder);
  }

  private static void requireSilence(RunDirectory run, LockOwner holder) throws IOException {
    long lastSign = Lease.lastSign(run);
    long silence = Lease.silence(run, lastSign);
    if (silence <= Lease.PATIENCE.toMillis()) {
      throw new SilentHolderException(
          "%s: in use by %s, which showed %d s ago that it lives; after %d s without a sign its lock may be taken"
              .formatted(
                  run.lock(), holder, Math.max(0, silence) / 1000, Lease.PATIENCE.toSeconds()),
          lastSign);
    }
  }

  private static LockOwner read(FileSystem fs, Path file) throws IOException {
    return LockOwner.parse(file, CheckpointJson.read(fs, file));
  }
}
