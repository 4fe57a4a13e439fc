package org.treegrpo.job.executor;

import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.UserError;

/**
 * What a user gave does not do what it must wherever it runs, as executors have found; the message
 * names it and says why. Travels to the driver inside Spark's own exception.
 */
public final class UnusableInputException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  public UnusableInputException(@Nullable String message) {
    super(message);
  }

  UnusableInputException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }
}
