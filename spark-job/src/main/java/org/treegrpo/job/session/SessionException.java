package org.treegrpo.job.session;

import org.treegrpo.core.base.UserError;

/** The Spark context that is there cannot be used. */
final class SessionException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  SessionException(String message) {
    super(message);
  }

  @Override
  public boolean badInput() {
    return true;
  }
}
