package org.treegrpo.job.train;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkConf;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.checkpoint.RunLockedException;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.RunFiles;
import org.treegrpo.job.metrics.RunResult;

/** Directories that a user names for a run: whether one can be there, or is there. */
public final class RunPlace {

  private static final String KEY = "treegrpo.run-dir: ";
  private static final List<String> RESULT = List.of("result.json");
  private static final Set<String> READ_ONLY = Set.of("http", "https");

  private RunPlace() {}

  /**
   * A directory that may not be there yet.
   *
   * @param option the key or option that names it
   * @throws InvalidInputException if it is something else, or on no file system that is known or
   *     can hold a directory
   */
  public static RunDirectory of(String option, String uri, Configuration hadoop) {
    try {
      RunDirectory directory = RunDirectory.of(uri, hadoop);
      String scheme = directory.root().toUri().getScheme();
      if (READ_ONLY.contains(scheme)) {
        throw new InvalidInputException(
            "%s: %s must be on a file system with directories that can be written; %s:// is the scheme of web pages; give a path, or a URI such as hdfs://<host>/<path>"
                .formatted(option, uri, scheme));
      }
      FileSystem fs = directory.fs();
      if (fs.exists(directory.root()) && !fs.getFileStatus(directory.root()).isDirectory()) {
        throw new InvalidInputException(
            "%s: %s must be a directory; it is a file".formatted(option, uri));
      }
      return directory;
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "%s: '%s' must be a directory of a known file system; %s"
              .formatted(option, uri, InvalidInputException.reason(e)),
          e);
    }
  }

  /**
   * The directory of a run that was started.
   *
   * @param option the option that names it
   * @throws InvalidInputException if there is no run; nothing is written
   */
  public static RunDirectory started(String option, String uri, Configuration hadoop)
      throws IOException {
    RunDirectory directory = of(option, uri, hadoop);
    if (!directory.fs().exists(directory.layout().config())) {
      throw new InvalidInputException(
          "%s: %s must be the directory of a run; it has no %s"
              .formatted(option, directory.root(), directory.layout().config().getName()));
    }
    return directory;
  }

  /**
   * The place of a new run: not there, or an empty directory. A lock alone, left by a run that
   * ended before it wrote anything, is no content: whoever holds it is asked for when it is taken.
   *
   * @throws InvalidInputException for any other place; nothing is written
   */
  static RunDirectory fresh(String uri, Configuration hadoop) throws IOException {
    RunDirectory directory = of("treegrpo.run-dir", uri, hadoop);
    if (holdsAnything(directory)) {
      throw new InvalidInputException(
          KEY
              + "%s is not empty; choose another directory, or continue it with resume"
                  .formatted(directory.root()));
    }
    return directory;
  }

  /** Whether there is more in a directory than a lock, and word of a run that failed to start. */
  public static boolean holdsAnything(RunDirectory directory) throws IOException {
    if (!directory.fs().exists(directory.root())) {
      return false;
    }
    List<String> names =
        Arrays.stream(directory.fs().listStatus(directory.root()))
            .map(status -> status.getPath().getName())
            .filter(name -> !RunDirectory.isOfLock(name))
            .filter(name -> !(name.startsWith(".") && name.endsWith(".tmp")))
            .toList();
    return !names.isEmpty() && !(names.equals(RESULT) && isOfFailedStart(directory));
  }

  private static boolean isOfFailedStart(RunDirectory directory) {
    try {
      return RunFiles.readJson(directory.fs(), directory.layout().result(), RunResult.class)
          .filter(result -> result.status() != RunResult.Status.COMPLETED && result.rounds() == 0)
          .isPresent();
    } catch (IOException somethingElse) {
      return false;
    }
  }

  /**
   * The place of a run that goes on.
   *
   * @throws InvalidInputException if there is no checkpoint; nothing is written
   */
  static RunDirectory existing(String uri, Configuration hadoop) throws IOException {
    RunDirectory directory = of("treegrpo.run-dir", uri, hadoop);
    if (!directory.fs().exists(directory.checkpoints())) {
      throw withoutCheckpoint(directory, List.of());
    }
    return directory;
  }

  /**
   * Takes the lock of a run directory.
   *
   * @throws RunLockedException if another run has it
   * @throws InvalidInputException if the file system answers that nothing can be written there
   * @throws IOException if it fails to answer, which is nothing that another directory would mend
   */
  public static RunLock lock(RunDirectory directory, SparkConf spark) throws IOException {
    return lock(directory, () -> RunLock.acquire(directory, application(spark)));
  }

  /**
   * The same for a command that is repeated after a crash: where the holder of the lock may be dead
   * it waits until that is known.
   */
  static RunLock awaitLock(RunDirectory directory, SparkConf spark) throws IOException {
    return lock(directory, () -> RunLock.await(directory, application(spark)));
  }

  @FunctionalInterface
  private interface Taking {
    RunLock take() throws IOException;
  }

  private static RunLock lock(RunDirectory directory, Taking taking) throws IOException {
    try {
      return taking.take();
    } catch (RunLockedException e) {
      throw e;
    } catch (IOException e) {
      if (isRefusal(e)) {
        throw new InvalidInputException(
            KEY + "%s must be writable; %s".formatted(directory.root(), e.getMessage()), e);
      }
      throw new IOException(
          KEY
              + "%s: the file system failed when the run's lock was taken; %s; try again once it is well"
                  .formatted(directory.root(), e.getMessage()),
          e);
    }
  }

  /**
   * The id that every attempt of an application has; known only where a resource manager starts it.
   */
  static String application(SparkConf spark) {
    return spark.get("spark.app.id", spark.get("spark.yarn.app.id", "none, " + UUID.randomUUID()));
  }

  /** Whether a file system said no, on grounds that stay until its owner changes them. */
  private static boolean isRefusal(IOException e) {
    return e instanceof AccessControlException
        || e instanceof AccessDeniedException
        || e instanceof ParentNotDirectoryException
        || e instanceof FileAlreadyExistsException
        || String.valueOf(e.getMessage()).contains("Read-only file system");
  }

  /** What to say where no checkpoint can be resumed from. */
  static InvalidInputException withoutCheckpoint(RunDirectory directory, List<String> refusals) {
    return new InvalidInputException(
        KEY
            + "%s must hold a valid checkpoint to resume from; %s; start over with train in an empty directory"
                .formatted(
                    directory.root(),
                    refusals.isEmpty() ? "it holds none" : String.join("; ", refusals)));
  }
}
