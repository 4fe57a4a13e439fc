package org.treegrpo.reward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * One entry of {@code treegrpo.rewards}. Checked where the configuration is read, so that every
 * error is reported at once; the constructor only refuses nulls.
 *
 * @param name the run's name for it; letters, digits, {@code _} and {@code -}
 * @param type a provider's type, such as {@code ocr}
 * @param weight share in the total; 0 = scored and recorded, not trained on
 * @param timeLimit how long one call may take before its rows count as failed
 * @param options the type's own settings
 */
public record RewardDefinition(
    String name, String type, double weight, Duration timeLimit, Map<String, String> options) {

  public RewardDefinition {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(timeLimit, "timeLimit");
    options = Map.copyOf(options);
  }

  /** The option's value, or {@code fallback} where it is not set. */
  public String option(String key, String fallback) {
    return options.getOrDefault(key, fallback);
  }

  /** Whether an option names a file by its key: {@code path}, {@code file}, {@code *-path}, .. */
  public static boolean namesAFile(String option) {
    return option.matches("(.*-)?(path|file)");
  }

  /** Whether an option's value is a URI, of a file that is fetched before the reward is made. */
  public static boolean isUri(String value) {
    return value.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
  }

  /** The same with other values of some options. */
  public RewardDefinition with(Map<String, String> values) {
    Map<String, String> changed = new HashMap<>(options);
    changed.putAll(values);
    return new RewardDefinition(name, type, weight, timeLimit, changed);
  }

  /**
   * One message for each option that is not in {@code known}, in alphabetical order. Its value is
   * left out: it may be a secret.
   */
  public List<String> unknownOptions(Set<String> known) {
    List<String> problems = new ArrayList<>();
    new TreeMap<>(options)
        .keySet()
        .forEach(
            key -> {
              if (!known.contains(key)) {
                problems.add(
                    "reward '%s': option '%s' is unknown to type '%s'; it knows %s"
                        .formatted(name, key, type, known.stream().sorted().toList()));
              }
            });
    return problems;
  }
}
