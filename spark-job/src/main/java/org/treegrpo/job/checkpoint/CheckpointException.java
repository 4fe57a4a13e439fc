package org.treegrpo.job.checkpoint;

import java.io.IOException;
import org.treegrpo.core.base.UserError;

/** A checkpoint that cannot be trusted: unfinished, damaged, or of another run. */
public final class CheckpointException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  /**
   * @param file the checkpoint or the file in it
   * @param problem the rule that is broken, and the value found
   */
  public CheckpointException(Object file, String problem) {
    super(file + ": " + problem);
  }
}
