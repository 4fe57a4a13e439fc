package org.treegrpo.core.prompt;

import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.Printable;
import org.treegrpo.core.base.UserError;

/** A prompt, or a file of prompts or of their conditioning, that breaks a rule. */
public final class PromptException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  /**
   * @param where the file and line, or the prompt's id
   * @param rule what must hold
   * @param value what was found; an excerpt of it is shown
   */
  public PromptException(String where, String rule, @Nullable Object value) {
    super("%s: %s; found %s".formatted(where, rule, Printable.excerpt(value)));
  }

  PromptException(String where, String rule, @Nullable Object value, Throwable cause) {
    super("%s: %s; found %s".formatted(where, rule, Printable.excerpt(value)), cause);
  }

  PromptException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean badInput() {
    return true;
  }
}
