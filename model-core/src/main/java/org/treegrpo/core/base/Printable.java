package org.treegrpo.core.base;

import org.jspecify.annotations.Nullable;

/**
 * Text from outside - a prompt, what was read off an image, a value of a file - as people may be
 * shown it: it can neither move a terminal's cursor nor fill its screen.
 */
public final class Printable {

  /** Longer than any value that somebody meant, short enough for a message. */
  private static final int LONGEST_VALUE = 300;

  private Printable() {}

  /**
   * Control characters, halves of surrogate pairs and marks that reverse the direction of writing
   * as <code>&#92;u0000</code>. Line ends and tabs stay.
   */
  public static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isHarmless(c)) {
                escaped.appendCodePoint(c);
              } else {
                escaped.append("\\u%04x".formatted(c));
              }
            });
    return escaped.toString();
  }

  /** The value in one line, cut, with its length said, where it is too long for a message. */
  public static String excerpt(@Nullable Object value) {
    return excerpt(value, LONGEST_VALUE);
  }

  /**
   * The value in one line.
   *
   * @param longest more characters than these are cut, to two thirds of them, and counted
   */
  public static String excerpt(@Nullable Object value, int longest) {
    String text = String.valueOf(value);
    String shown =
        text.length() <= longest
            ? text
            : "%s... (%,d characters)".formatted(text.substring(0, longest / 3 * 2), text.length());
    return escaped(shown).replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
  }

  private static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c == '\n' || c == '\r' || c == '\t';
      case Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      case Character.FORMAT -> !isDirection(c);
      default -> true;
    };
  }

  private static boolean isDirection(int c) {
    return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
  }
}
