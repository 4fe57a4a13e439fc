package org.treegrpo.job.train;

/** The run was asked to end; it can be resumed. */
public final class StoppedException extends TrainingException {

  private static final long serialVersionUID = 1L;

  private final String by;

  /**
   * @param by who asked, such as {@code SIGTERM}
   */
  StoppedException(String by) {
    super("stopped by " + by);
    this.by = by;
  }

  /**
   * @param failure of the work that was given up
   */
  StoppedException(String by, Throwable failure) {
    super("stopped by " + by, failure);
    this.by = by;
  }

  /** What the user is told, once the run has put its work in order. */
  StoppedException with(String outcome) {
    return new StoppedException(by, getMessage() + outcome, this);
  }

  /** The same in the words of a caller who has several runs. */
  public StoppedException during(String work) {
    return new StoppedException(by, "stopped by %s %s".formatted(by, work), this);
  }

  private StoppedException(String by, String message, Throwable cause) {
    super(message, cause);
    this.by = by;
  }
}
