package org.treegrpo.reward.arrow;

import java.io.IOException;
import org.treegrpo.core.base.UserError;

/** Bytes that are not the message that was expected, or damaged. */
public class ArrowFormatException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  public ArrowFormatException(String message) {
    super(message);
  }

  ArrowFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
