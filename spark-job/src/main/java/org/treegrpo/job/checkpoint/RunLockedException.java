package org.treegrpo.job.checkpoint;

import java.io.IOException;

/** The run directory is in use by another run. */
public final class RunLockedException extends IOException {

  private static final long serialVersionUID = 1L;

  RunLockedException(String message) {
    super(message);
  }
}
