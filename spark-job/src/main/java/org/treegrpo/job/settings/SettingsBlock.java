package org.treegrpo.job.settings;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One block of the configuration, with an account of it: which keys were asked for, what they were
 * found to hold, what is wrong. Keys that nobody asked for are problems, reported by {@link
 * #reportUnknownKeys}; what was read is kept for {@link ResolvedConfig}.
 */
final class SettingsBlock {
  private final String prefix;
  private final ConfigObject block;
  private final ProblemLog log;
  private final Map<String, Object> values = new TreeMap<>();
  private final List<SettingsBlock> children = new ArrayList<>();
  private final Set<String> asked = new TreeSet<>();

  SettingsBlock(String prefix, ConfigObject block, ProblemLog log) {
    this.prefix = prefix;
    this.block = block;
    this.log = log;
  }

  /**
   * A block within this one, of which an account is kept with it.
   *
   * @param key relative to this block, such as {@code rewards[0]}
   */
  SettingsBlock child(String key, ConfigObject object) {
    SettingsBlock child = new SettingsBlock(path(key), object, log);
    children.add(child);
    return child;
  }

  /** Logs that the value of {@code key}, well-formed in itself, breaks a rule. */
  void problem(String key, String rule, String hint) {
    problem(key, block.get(key), rule, hint);
  }

  /**
   * Logs that a value somewhere below this block breaks a rule.
   *
   * @param key relative to this block, such as {@code tree.window.start}
   */
  void problemAt(String key, String rule, String hint) {
    String fullKey = path(key);
    children.stream()
        .filter(child -> fullKey.startsWith(child.prefix + "."))
        .findFirst()
        .ifPresentOrElse(
            child -> child.problemAt(fullKey.substring(child.prefix.length() + 1), rule, hint),
            () -> problem(key, rule, hint));
  }

  /** True if the text at {@code key}, relative to this block, was read and is empty. */
  boolean isEmpty(String key) {
    Object value = values;
    for (String name : key.split("\\.", -1)) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return "".equals(value);
  }

  /** True if none of the keys, nor anything in them, has a problem yet. */
  boolean clean(String... keys) {
    return Arrays.stream(keys).map(this::path).noneMatch(log::concerns);
  }

  /** Logs every key of this block and the blocks in it that was never read. */
  void reportUnknownKeys() {
    Set<String> known = new TreeSet<>();
    collectKnown(known);
    reportUnknownKeys(known);
  }

  /** What was read: block by block, in the order of the keys. */
  Map<String, Object> values() {
    return values;
  }

  private void reportUnknownKeys(Set<String> known) {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(block).entrySet()) {
      if (!asked.contains(entry.getKey())) {
        String hint =
            NearestKey.find(path(entry.getKey()), known)
                .map(key -> "did you mean " + key + "?")
                .orElse("keys of this block: " + String.join(", ", asked));
        problem(entry.getKey(), entry.getValue(), "unknown key", hint);
      }
    }
    children.forEach(child -> child.reportUnknownKeys(known));
  }

  private void collectKnown(Set<String> known) {
    asked.forEach(key -> known.add(path(key)));
    children.forEach(child -> child.collectKnown(known));
  }

  /** The value of a key, which is expected from now on; logged where it is missing. */
  Optional<ConfigValue> find(String key) {
    asked.add(key);
    ConfigValue value = block.get(key);
    if (value != null && value.valueType() != ConfigValueType.NULL) {
      return isGiven(key, value) ? Optional.of(value) : Optional.empty();
    }
    if (!log.concerns(path(key))) {
      problem(key, value, "needs a value", "");
    }
    return Optional.empty();
  }

  /** Logs a value of a run's own configuration that was not kept there. */
  boolean isGiven(String key, ConfigValue value) {
    boolean masked =
        ConfigValues.isScalar(value) && ConfigValues.written(value).contains(Secrets.MASK);
    if (masked) {
      problem(
          key,
          value,
          "must be given again: a run does not keep its secrets",
          "name the configuration that it was started with by --config");
    }
    return !masked;
  }

  /**
   * Logs that a value breaks a rule.
   *
   * @param hint what to do, may be empty
   */
  void problem(String key, @Nullable ConfigValue value, String rule, String hint) {
    String text = value == null ? "" : ConfigValues.shown(value);
    String origin = value == null ? "" : ProblemLog.describe(value.origin());
    log.add(new Problem(path(key), text, rule, hint, origin));
  }

  private String path(String key) {
    return prefix + "." + key;
  }

  /**
   * Keeps what was read.
   *
   * @param plain as a configuration would write it
   * @return {@code value}
   */
  <T> T keep(String key, Object plain, T value) {
    values.put(key, plain);
    return value;
  }
}
