package org.treegrpo.core.tensor;

import java.io.IOException;
import org.treegrpo.core.base.UserError;

/** A file is not the TorchScript archive that it should be; the message says what it lacks. */
public final class ArchiveFormatException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  ArchiveFormatException(String problem) {
    super(problem);
  }

  ArchiveFormatException(String problem, Exception cause) {
    super(problem, cause);
  }
}
