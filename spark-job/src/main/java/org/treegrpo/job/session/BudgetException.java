package org.treegrpo.job.session;

import org.treegrpo.core.base.UserError;

/** What a run has spent cannot be told. */
final class BudgetException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  BudgetException(String message) {
    super(message);
  }
}
