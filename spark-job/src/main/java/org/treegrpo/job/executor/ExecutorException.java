package org.treegrpo.job.executor;

import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.UserError;

/**
 * An executor cannot do its part of the run; the message says why and what to change. Travels to
 * the driver inside Spark's own exception.
 */
public final class ExecutorException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  public ExecutorException(String message) {
    super(message);
  }

  public ExecutorException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }
}
