package org.treegrpo.core.policy;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.UserError;

/**
 * A policy directory that breaks a rule: the message names the file, the key, the value, the rule.
 */
public final class PolicyDirectoryException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final String key;

  /**
   * @param file the file at fault
   * @param key the key at fault, such as {@code decoder.scale}; empty for the file as a whole
   * @param value what was found
   * @param rule what must hold
   */
  public PolicyDirectoryException(String file, String key, @Nullable Object value, String rule) {
    super("%s: %s%s; found %s".formatted(file, key.isEmpty() ? "" : key + " ", rule, value));
    this.file = file;
    this.key = key;
  }

  /** The file at fault. */
  public String file() {
    return file;
  }

  /** The key at fault, or empty. */
  public String key() {
    return key;
  }

  @Override
  public boolean badInput() {
    return true;
  }
}
