package org.treegrpo.job.pretrain;

import org.jspecify.annotations.Nullable;

/** Words cannot be drawn on this machine; the message says what to install. */
public final class FontsUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FontsUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
