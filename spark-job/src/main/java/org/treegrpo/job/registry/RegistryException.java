package org.treegrpo.job.registry;

import java.io.IOException;
import org.treegrpo.core.base.UserError;

/** What was asked of a registry cannot be done; it is as it was. */
public final class RegistryException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  RegistryException(String message) {
    super(message);
  }
}
