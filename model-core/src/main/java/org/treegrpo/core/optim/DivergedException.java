package org.treegrpo.core.optim;

import org.treegrpo.core.base.UserError;

/** Training has left the finite numbers; the message says where and what to change. */
public final class DivergedException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  public DivergedException(String message) {
    super(message);
  }
}
