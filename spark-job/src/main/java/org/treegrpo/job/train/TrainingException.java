package org.treegrpo.job.train;

import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.UserError;

/** The run cannot go on; the message says why and what to change. */
public sealed class TrainingException extends RuntimeException implements UserError
    permits StoppedException, GuardException {

  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super(message);
  }

  TrainingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
