package org.treegrpo.core.prompt;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a prompt asks to be written. Compared without case, spaces and width: a recogniser's
 * alphabet also has full-width Latin letters, which are the same letters (Unicode NFKC).
 */
public final class TargetText {

  private static final Pattern QUOTED = Pattern.compile("[\"\u201c]([^\"\u201c\u201d]*)[\"\u201d]");
  private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");

  private TargetText() {}

  /** The first text in double quotes, or the whole prompt where there is none; comparable form. */
  public static String of(String prompt) {
    Matcher quoted = QUOTED.matcher(prompt);
    return comparable(quoted.find() ? quoted.group(1) : prompt);
  }

  /** {@code text} without case, spaces and width. */
  public static String comparable(String text) {
    String narrow = Normalizer.normalize(text, Normalizer.Form.NFKC);
    return SPACES.matcher(narrow).replaceAll("").toLowerCase(Locale.ROOT);
  }

  /**
   * Whether exactly that was read. A reward's score does not tell: it may be 1 for a longer text,
   * or be a probability.
   *
   * @param read as recognised
   */
  public static boolean isExactly(String prompt, String read) {
    String wanted = of(prompt);
    return !wanted.isEmpty() && wanted.equals(comparable(read));
  }
}
