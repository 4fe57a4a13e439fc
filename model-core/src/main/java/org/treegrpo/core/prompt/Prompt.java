package org.treegrpo.core.prompt;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.treegrpo.core.base.Printable;

/**
 * One prompt.
 *
 * @param id unique in its set; part of every random key and of file names, hence {@code
 *     [A-Za-z0-9._-]{1,128}} but not {@code .}, {@code ..} or {@code null} (which names the
 *     unconditional branch in a conditioning file)
 * @param text not blank
 * @param extra the line's other keys in their order: strings as they are, any other value as JSON
 */
public record Prompt(String id, String text, Map<String, String> extra) implements Serializable {

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  public Prompt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(text, "text");
    if (!ID.matcher(id).matches() || id.equals(".") || id.equals("..") || id.equals("null")) {
      throw new IllegalArgumentException(
          "id must match "
              + ID
              + " and not be '.', '..' or 'null'; found '"
              + Printable.excerpt(id)
              + "'");
    }
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "text must not be blank; found '" + Printable.excerpt(text) + "'");
    }
    extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  /** A prompt without further keys. */
  public Prompt(String id, String text) {
    this(id, text, Map.of());
  }
}
