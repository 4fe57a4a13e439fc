package org.treegrpo.job.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What a failure is about, below the exceptions that only carry another one. */
public final class RootFailure {

  private RootFailure() {}

  /**
   * The first exception of the chain of causes that is not a carrier. Spark throws what a task
   * threw as the cause of its own exception, whose message holds the executor's stack trace.
   *
   * @return the last carrier where it carries nothing, as Spark's does when executors are lost
   */
  public static Throwable of(Throwable failure) {
    Throwable carried = isCarrier(failure) ? failure.getCause() : null;
    return carried == null ? failure : of(carried);
  }

  /** Whether Spark itself gave up. */
  public static boolean isSparks(Throwable failure) {
    return failure.getClass().getName().startsWith("org.apache.spark.");
  }

  /** What to tell people and {@code result.json}; of Spark's own messages the first line. */
  public static String message(Throwable failure) {
    Throwable root = of(failure);
    String message = root.getMessage();
    if (message == null || message.isBlank()) {
      return root.getClass().getSimpleName();
    }
    return isSparks(root) ? message.lines().findFirst().orElse("") : message;
  }

  private static boolean isCarrier(Throwable failure) {
    return failure instanceof UncheckedIOException
        || failure instanceof CompletionException
        || failure instanceof ExecutionException
        || isSparks(failure)
        || isMadeOfItsCause(failure);
  }

  /** As Spark makes one of whatever is thrown while a broadcast is read. */
  private static boolean isMadeOfItsCause(Throwable failure) {
    return failure instanceof IOException
        && failure.getCause() != null
        && failure.getCause().toString().equals(failure.getMessage());
  }
}
