package org.treegrpo.job.train;

import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.UserError;

/** A file or path that the user gave cannot be used; the message names it and the rule. */
public final class InvalidInputException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  public InvalidInputException(String message) {
    super(message);
  }

  public InvalidInputException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean badInput() {
    return true;
  }

  /** What to tell of a path that cannot be used; a malformed URI hides it in the cause. */
  static String reason(Exception refusal) {
    Throwable cause = refusal.getCause();
    return String.valueOf(
        refusal instanceof IllegalArgumentException && cause != null
            ? cause.getMessage()
            : refusal.getMessage());
  }
}
