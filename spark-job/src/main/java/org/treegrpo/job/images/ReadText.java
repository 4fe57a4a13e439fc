package org.treegrpo.job.images;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a recogniser read exactly what a prompt asks to be written. A reward's score does not
 * tell: it may be 1 for a longer text, or be a probability.
 */
public final class ReadText {
  private static final Pattern QUOTED = Pattern.compile("[\"“]([^\"“”]*)[\"”]");
  private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");

  private ReadText() {}

  /**
   * Compares without case, spaces and width (Unicode NFKC).
   *
   * @param prompt what is wanted is its first text in double quotes, or all of it
   * @param read as recognised
   */
  public static boolean isExactly(String prompt, String read) {
    Matcher quoted = QUOTED.matcher(prompt);
    String wanted = comparable(quoted.find() ? quoted.group(1) : prompt);
    return !wanted.isEmpty() && wanted.equals(comparable(read));
  }

  private static String comparable(String text) {
    String narrow = Normalizer.normalize(text, Normalizer.Form.NFKC);
    return SPACES.matcher(narrow).replaceAll("").toLowerCase(Locale.ROOT);
  }
}
