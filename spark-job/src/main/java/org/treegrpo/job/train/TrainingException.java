package org.treegrpo.job.train;

/** The run cannot go on; the message says why and what to change. */
public final class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super(message);
  }
}
