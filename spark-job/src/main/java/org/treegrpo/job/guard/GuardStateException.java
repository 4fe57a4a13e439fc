package org.treegrpo.job.guard;

import org.treegrpo.core.base.UserError;

/** What a checkpoint has kept for the guards is not theirs. */
final class GuardStateException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  GuardStateException(String message) {
    super(message);
  }
}
