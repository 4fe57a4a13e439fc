package org.treegrpo.job.checkpoint;

/** A lock is held by a run that may be dead: too little time has passed to tell. */
final class SilentHolderException extends RunLockedException {

  private static final long serialVersionUID = 1L;

  private final long lastSign;

  /**
   * @param lastSign {@link Lease#lastSign}
   */
  SilentHolderException(String message, long lastSign) {
    super(message);
    this.lastSign = lastSign;
  }

  long lastSign() {
    return lastSign;
  }
}
