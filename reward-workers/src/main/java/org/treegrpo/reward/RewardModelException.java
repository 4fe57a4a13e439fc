package org.treegrpo.reward;

/** The file of a reward's model is not what it must be, wherever it is read. */
public final class RewardModelException extends RewardException {

  private static final long serialVersionUID = 1L;

  public RewardModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
