package org.treegrpo.job.cli;

/** The exit codes of every command. */
public final class ExitCodes {

  /** Everything was done. */
  public static final int DONE = 0;

  /** The command failed. */
  public static final int FAILED = 1;

  /** Bad usage or configuration. */
  public static final int BAD_INPUT = 2;

  /** A gate refused. */
  public static final int REFUSED = 3;

  private ExitCodes() {}
}
