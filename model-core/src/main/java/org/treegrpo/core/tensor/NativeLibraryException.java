package org.treegrpo.core.tensor;

import org.treegrpo.core.base.UserError;

/**
 * PyTorch's native libraries cannot be unpacked or loaded on this machine; the message names the
 * directory and says what to do.
 */
final class NativeLibraryException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
