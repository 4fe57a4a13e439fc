package org.treegrpo.job.settings;

import org.treegrpo.core.base.Printable;

/**
 * One thing wrong with the configuration.
 *
 * @param key full key, such as {@code treegrpo.tree.width}
 * @param value the offending value as written, or {@code ""} where there is none
 * @param rule what is allowed
 * @param hint what to do, such as the nearest valid key; may be empty
 * @param origin file and line, {@code --set}, or {@code ""} where unknown
 */
public record Problem(String key, String value, String rule, String hint, String origin) {

  /** One or two lines for the terminal. */
  public String describe() {
    StringBuilder text = new StringBuilder(key);
    if (!value.isEmpty()) {
      text.append(" = ").append(Printable.excerpt(Secrets.ofThisProcess().mask(key, value)));
    }
    text.append(": ").append(rule);
    if (!hint.isEmpty()) {
      text.append("; ").append(hint);
    }
    if (!origin.isEmpty()) {
      text.append("\n    (").append(origin).append(')');
    }
    return text.toString();
  }
}
