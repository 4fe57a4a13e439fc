package org.treegrpo.job.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises what must be neither printed nor kept, and replaces it by {@link #MASK}: values whose
 * key is called like a secret, passwords inside URIs, and the values of environment variables that
 * are called like a secret, wherever they were substituted.
 */
public final class Secrets {

  /** Stands where a secret was. */
  public static final String MASK = "(masked)";

  /** {@code token-path} is where a secret lies, and {@code tokenizer} is none. */
  private static final String NAMES =
      "(?:(?i:passw(?:or)?d|passphrase|secret|credential|creds|webhook"
          + "|(?:api|access|account|private)[._-]?key)|[Tt]oken(?![a-z])|TOKEN(?![A-Z]))"
          + "(?![\\w.-]*(?i:path|file|dir)\\b)";

  /** Shorter ones would be found in words that are no secret. */
  private static final int SHORTEST_VALUE = 8;

  /** The user name stays: {@code abfss://container@account} is no secret, nor is a port. */
  private static final Pattern PASSWORD_IN_URI =
      Pattern.compile("(://[^\\s/@:\"']*:)(?!\\d+/)(?:[^\\s/\"']+|[^\\s@\"']+)(?=@)");

  /** With these schemes the user name alone may be the secret. */
  private static final Pattern USER_IN_WEB_ADDRESS =
      Pattern.compile("(?i)(\\bhttps?://)[^\\s/@:\"']+(?=@)");

  /** Between a name and its value; a colon only where the value is quoted, for prose has colons. */
  private static final String EQUALS = "[\"']?\\s{0,3}(?:=|:(?=\\s{0,3}[\"']))\\s{0,3}";

  private static final String VALUE =
      "(?!\\(masked\\))(?:\"(?:[^\"\\\\]|\\\\.)*+\"|'[^']*'"
          + "|[^\\s,;{}\\[\\]\"']+?(?=:?(?:[\\s,;{}\\[\\]\"']|$)))";

  /** By names and URIs alone, on any machine the same. */
  static final Secrets BY_NAME = new Secrets(Optional.empty(), Map.of());

  private static final Secrets OF_THIS_PROCESS =
      new Secrets(
          Optional.ofNullable(System.getProperty("spark.redaction.regex")), System.getenv());

  private final Pattern names;
  private final Pattern pairs;
  private final List<String> values = new ArrayList<>();

  /**
   * @param morePattern what else a name may look like: {@code spark.redaction.regex}
   * @param environment its secrets are known by their values
   */
  Secrets(Optional<String> morePattern, Map<String, String> environment) {
    String all = morePattern.map(more -> NAMES + "|(?:" + more + ")").orElse(NAMES);
    names = Pattern.compile(all);
    pairs = Pattern.compile("((?:" + all + ")[\\w.-]{0,60}" + EQUALS + ")" + VALUE);
    environment.forEach(
        (name, value) -> {
          if (isSecret(name) && value.length() >= SHORTEST_VALUE) {
            values.add(value);
          }
        });
  }

  /** With {@code spark.redaction.regex} and the environment. */
  public static Secrets ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Whether a key, an option or a variable of this name holds a secret. */
  boolean isSecret(String name) {
    return names.matcher(name).find();
  }

  /** A text without the secrets in it: a message, or a whole configuration. */
  public String mask(String text) {
    String masked = PASSWORD_IN_URI.matcher(text).replaceAll("$1" + MASK);
    masked = USER_IN_WEB_ADDRESS.matcher(masked).replaceAll("$1" + MASK);
    for (String value : values) {
      masked = masked.replace(value, MASK);
    }
    return pairs.matcher(masked).replaceAll(pair -> Matcher.quoteReplacement(pair.group(1) + MASK));
  }

  /** The value of a key, masked as a whole where the key is called like a secret. */
  public String mask(String key, String value) {
    return !value.isEmpty() && isSecret(key) ? MASK : mask(value);
  }

  /** A block of plain values, blocks and lists. */
  Map<String, Object> mask(Map<?, ?> block) {
    Map<String, Object> masked = new LinkedHashMap<>();
    block.forEach(
        (key, value) -> masked.put(String.valueOf(key), maskItem(String.valueOf(key), value)));
    return masked;
  }

  private Object maskItem(String key, Object value) {
    if (value instanceof Map<?, ?> block) {
      return mask(block);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(item -> maskItem(key, item)).toList();
    }
    return value instanceof String text ? mask(key, text) : value;
  }
}
