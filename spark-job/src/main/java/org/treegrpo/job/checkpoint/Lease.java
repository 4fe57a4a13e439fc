package org.treegrpo.job.checkpoint;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.files.RunDirectory;

/**
 * The sign of life of a lock's holder: a small file that it writes again and again, for those who
 * cannot look at its process. All times are those that the file system gives to files, so that no
 * two clocks are compared.
 */
final class Lease implements Closeable {

  /** Of a holder that lives. */
  static final Duration RENEWAL = Duration.ofSeconds(10);

  /** A holder that has been silent for so long is taken for dead. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  private final RunLock lock;
  private final RunDirectory run;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread renewing = new Thread(task, "run-lock-renewal");
            renewing.setDaemon(true);
            return renewing;
          });

  private final ScheduledFuture<?> renewals;

  /** Renews a lock from now on. */
  Lease(RunLock lock, RunDirectory run, Duration renewal) {
    this.lock = lock;
    this.run = run;
    this.renewals =
        thread.scheduleWithFixedDelay(
            this::renew, renewal.toMillis(), renewal.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void renew() {
    try {
      if (lock.isLost()) { // a directory that was deleted would be made anew
        LOG.warn("{}: no longer renewed, the lock is lost", run.lease());
        thread.shutdown();
      } else {
        write(run.fs(), run.lease());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}: could not be renewed, tried again; {}", run.lease(), e.getMessage());
    }
  }

  private static void write(FileSystem fs, Path file) throws IOException {
    try (OutputStream out = fs.create(file, true)) {
      out.write(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** When the file system last heard of the holder of a lock, in milliseconds. */
  static long lastSign(RunDirectory run) throws IOException {
    return Math.max(modified(run.fs(), run.lock()), modified(run.fs(), run.lease()));
  }

  /** How long ago that was, by the clock of the file system, in milliseconds. */
  static long silence(RunDirectory run, long lastSign) throws IOException {
    Path probe =
        new Path(run.root(), "%s.clock-%s".formatted(run.lock().getName(), UUID.randomUUID()));
    try {
      write(run.fs(), probe);
      return modified(run.fs(), probe) - lastSign;
    } finally {
      run.fs().delete(probe, false);
    }
  }

  static long modified(FileSystem fs, Path file) throws IOException {
    try {
      return fs.getFileStatus(file).getModificationTime();
    } catch (FileNotFoundException e) {
      return 0;
    }
  }

  /** Ends the renewal; no write of it is under way any more. */
  @Override
  public void close() {
    renewals.cancel(false);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("{}: a renewal hangs", run.lease());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
