package org.treegrpo.job.checkpoint;

import java.io.IOException;
import org.treegrpo.core.base.UserError;

/** The run directory is in use by another run. */
public class RunLockedException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  RunLockedException(String message) {
    super(message);
  }
}
