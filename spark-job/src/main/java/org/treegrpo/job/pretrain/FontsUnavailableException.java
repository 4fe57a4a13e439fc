package org.treegrpo.job.pretrain;

import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.UserError;

/** Words cannot be drawn on this machine; the message says what to install. */
final class FontsUnavailableException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  FontsUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean badInput() {
    return true;
  }
}
