package org.treegrpo.core.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.Printable;
import org.treegrpo.core.base.UserError;

/** A safetensors file that breaks a rule of the format, or does not hold what was asked of it. */
public final class SafetensorsException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final String rule;
  private final String value;

  /**
   * @param file name of the file
   * @param rule what must hold
   * @param value what was found instead
   */
  public SafetensorsException(String file, String rule, @Nullable Object value) {
    super("%s: %s; found %s".formatted(file, rule, Printable.excerpt(value)));
    this.file = file;
    this.rule = rule;
    this.value = Printable.excerpt(value);
  }

  SafetensorsException(String file, String rule, @Nullable Object value, Throwable cause) {
    this(file, rule, value);
    initCause(cause);
  }

  /** Name of the file. */
  public String file() {
    return file;
  }

  /** What must hold. */
  public String rule() {
    return rule;
  }

  /** What was found instead, cut to a readable length. */
  public String value() {
    return value;
  }
}
