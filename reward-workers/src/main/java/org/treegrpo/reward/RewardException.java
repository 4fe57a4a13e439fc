package org.treegrpo.reward;

import org.treegrpo.core.base.UserError;

/** A reward could not be set up, or could not score a batch. The message says why. */
public class RewardException extends Exception implements UserError {

  private static final long serialVersionUID = 1L;

  public RewardException(String message) {
    super(message);
  }

  public RewardException(String message, Throwable cause) {
    super(message, cause);
  }
}
