package org.treegrpo.job.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ClusterStorageCapacityExceededException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.UserError;

/**
 * Repeats the writing of a whole file to a store that is reached over a network, as what fails
 * there may work a little later: a failing over, a busy or a lost node. A local disk is not asked
 * twice.
 *
 * @param attempts in all
 * @param pause before the second attempt; doubled before each one after
 */
record WriteRetries(int attempts, Duration pause) {

  /** Property of Hadoop's configuration; set by {@code spark.hadoop.<name>}. */
  static final String ATTEMPTS = "treegrpo.write.attempts";

  /** Property of Hadoop's configuration, a time with its unit. */
  static final String PAUSE = "treegrpo.write.pause";

  private static final Logger LOG = LoggerFactory.getLogger(WriteRetries.class);
  private static final List<Class<? extends Exception>> FINAL =
      List.of(
          FileAlreadyExistsException.class,
          AccessControlException.class,
          AccessDeniedException.class,
          ClusterStorageCapacityExceededException.class,
          InterruptedIOException.class);

  /** What is tried. */
  @FunctionalInterface
  interface Write {
    void run() throws IOException;
  }

  static WriteRetries of(FileSystem fs) {
    if (fs.getUri().getScheme().equals("file")) {
      return new WriteRetries(1, Duration.ZERO);
    }
    Configuration conf = fs.getConf();
    return new WriteRetries(
        Math.max(1, conf.getInt(ATTEMPTS, 6)),
        Duration.ofMillis(conf.getTimeDuration(PAUSE, 1000, TimeUnit.MILLISECONDS)));
  }

  /**
   * Writes, again where it fails.
   *
   * @throws IOException of the last attempt, or one that no repetition would help
   */
  void run(Path file, Write write) throws IOException {
    long wait = pause.toMillis();
    for (int attempt = 1; ; attempt++) {
      try {
        write.run();
        return;
      } catch (IOException e) {
        if (attempt >= attempts || isFinal(e)) {
          throw e;
        }
        LOG.warn(
            "{}: attempt {} of {} to write it failed, the next one in {} ms; {}",
            file,
            attempt,
            attempts,
            wait,
            e.getMessage());
      }
      sleep(wait);
      wait *= 2;
    }
  }

  private static boolean isFinal(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Throwable one = cause;
      boolean timedOut = one instanceof SocketTimeoutException; // by its type also interrupted
      if (one instanceof UserError
          || (!timedOut && FINAL.stream().anyMatch(type -> type.isInstance(one)))) {
        return true;
      }
    }
    return false;
  }

  private static void sleep(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted between two attempts to write a file");
    }
  }
}
