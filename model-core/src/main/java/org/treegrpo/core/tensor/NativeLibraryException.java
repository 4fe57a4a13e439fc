package org.treegrpo.core.tensor;

/**
 * PyTorch's native libraries cannot be unpacked or loaded on this machine; the message names the
 * directory and says what to do.
 */
public final class NativeLibraryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
