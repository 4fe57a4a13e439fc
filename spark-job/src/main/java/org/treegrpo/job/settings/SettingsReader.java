package org.treegrpo.job.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.base.Named;
import org.treegrpo.core.base.Services;
import org.treegrpo.reward.RewardDefinition;

/**
 * Reads one block of the configuration. A bad value is logged and a legal stand-in returned, so
 * that reading goes on and every problem is found. Keys nobody asked for are problems, reported by
 * {@link #reportUnknownKeys}. What was read is kept for {@link ResolvedConfig}.
 */
final class SettingsReader {
  private final String prefix;
  private final ConfigObject block;
  private final ProblemLog log;
  private final PathBase paths;
  private final Map<String, Object> values = new TreeMap<>();
  private final List<SettingsReader> children = new ArrayList<>();
  private final Set<String> asked = new TreeSet<>();

  SettingsReader(String prefix, ConfigObject block, ProblemLog log, PathBase paths) {
    this.prefix = prefix;
    this.block = block;
    this.log = log;
    this.paths = paths;
  }

  /** The block under {@code key}. */
  SettingsReader section(String key) {
    ConfigObject object = ConfigFactory.empty().root();
    Optional<ConfigValue> value = find(key);
    if (value.isPresent() && value.get() instanceof ConfigObject present) {
      object = present;
    } else {
      value.ifPresent(other -> problem(key, other, "must be a block { .. }", ""));
    }
    SettingsReader child = new SettingsReader(path(key), object, log, paths);
    children.add(child);
    return keep(key, child.values, child);
  }

  int integer(String key, int min, int max) {
    return Math.toIntExact(wholeNumber(key, min, max));
  }

  long wholeNumber(String key, long min, long max) {
    return find(key)
        .flatMap(
            value -> {
              Optional<Long> number =
                  decimal(value).flatMap(SettingsReader::whole).filter(n -> n >= min && n <= max);
              if (number.isEmpty()) {
                problem(key, value, "must be a whole number" + bounds(min, max), "");
              }
              return number;
            })
        .map(number -> keep(key, number, number))
        .orElse(min);
  }

  double decimal(String key, Range range) {
    return find(key)
        .flatMap(
            value -> {
              Optional<Double> number =
                  decimal(value).map(BigDecimal::doubleValue).filter(range::contains);
              if (number.isEmpty()) {
                problem(key, value, "must be " + range.describe(), "");
              }
              return number;
            })
        .map(number -> keep(key, number, number))
        .orElse(range.inside());
  }

  /** A time with its unit, as HOCON writes it: {@code 90 s}, {@code 5 minutes}. */
  Duration duration(String key, Duration min, Duration max) {
    return find(key)
        .flatMap(
            value -> {
              Optional<Duration> time =
                  duration(value)
                      .filter(found -> found.compareTo(min) >= 0 && found.compareTo(max) <= 0);
              if (time.isEmpty()) {
                problem(
                    key,
                    value,
                    "must be a time with its unit from %d s to %d days, such as 90 s or 5 minutes"
                        .formatted(min.toSeconds(), max.toDays()),
                    "");
              }
              return time.map(found -> keep(key, written(value), found));
            })
        .orElse(min);
  }

  boolean flag(String key) {
    return find(key)
        .filter(
            value -> {
              boolean valid = Set.of("true", "false").contains(written(value));
              if (!valid) {
                problem(key, value, "must be true or false", "");
              }
              return valid;
            })
        .map(value -> Boolean.valueOf(written(value)))
        .map(flag -> keep(key, flag, flag))
        .orElse(false);
  }

  /** Empty if not given. */
  String text(String key) {
    return scalar(key).map(value -> keep(key, written(value), written(value))).orElse("");
  }

  /** A file or directory of the configuration: see {@link PathBase}. Empty if not given. */
  String inputPath(String key) {
    return scalar(key)
        .flatMap(value -> path(key, value, text -> paths.input(text, value.origin())))
        .map(path -> keep(key, path, path))
        .orElse("");
  }

  /** A directory to be written, relative to the current directory. Empty if not given. */
  String outputPath(String key) {
    return scalar(key)
        .flatMap(value -> path(key, value, paths::output))
        .map(path -> keep(key, path, path))
        .orElse("");
  }

  <E extends Enum<E>> E choice(String key, Class<E> type) {
    return choice(key, EnumSet.allOf(type), "");
  }

  /**
   * @param allowed at least one constant
   * @param note what to tell about names that are not there, may be empty
   */
  <E extends Enum<E>> E choice(String key, EnumSet<E> allowed, String note) {
    return find(key)
        .flatMap(
            value -> {
              Optional<E> constant = Labels.parse(allowed, written(value));
              if (constant.isEmpty()) {
                problem(key, value, "must be one of: " + Labels.all(allowed), note);
              }
              return constant;
            })
        .map(constant -> keep(key, Labels.of(constant), constant))
        .orElse(allowed.iterator().next());
  }

  /**
   * A name of something on the class path.
   *
   * @param find what it is called, which may be other than what was written; empty if there is none
   * @param known all names, to be told where there is none
   * @return empty if it is not known
   */
  String name(String key, Function<String, Optional<String>> find, Supplier<List<String>> known) {
    return find(key)
        .flatMap(
            value -> {
              Optional<String> found = find.apply(written(value));
              if (found.isEmpty()) {
                unknownName(key, value, known.get());
              }
              return found;
            })
        .map(name -> keep(key, name, name))
        .orElse("");
  }

  /** The implementation that is named, of this project or of any jar on the class path. */
  <T extends Named> T service(String key, Class<T> type) {
    List<String> names = Services.names(type);
    return find(key)
        .flatMap(
            value -> {
              Optional<T> found = Services.find(type, written(value));
              if (found.isEmpty()) {
                unknownName(key, value, names);
              }
              return found;
            })
        .map(service -> keep(key, service.name(), service))
        .orElseGet(() -> Services.find(type, names.get(0)).orElseThrow());
  }

  /** A list of blocks, each read by {@code element} with {@code defaults} beneath it. */
  <T> List<T> blocks(String key, ConfigObject defaults, Function<SettingsReader, T> element) {
    List<T> items = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    Optional<ConfigValue> value = find(key);
    if (value.isPresent() && value.get() instanceof ConfigList list) {
      for (int i = 0; i < list.size(); i++) {
        String name = key + "[" + i + "]";
        if (list.get(i) instanceof ConfigObject object) {
          SettingsReader reader =
              new SettingsReader(path(name), object.withFallback(defaults), log, paths);
          children.add(reader);
          kept.add(reader.values);
          items.add(element.apply(reader));
        } else {
          problem(name, list.get(i), "must be a block { .. }", "");
        }
      }
    } else {
      value.ifPresent(other -> problem(key, other, "must be a list [ { .. } ]", ""));
    }
    return keep(key, kept, items);
  }

  /**
   * A block of free keys with plain values, sorted by key. A value whose key is {@code path} or
   * {@code file}, or ends in {@code -path} or {@code -file}, is an input path.
   */
  Map<String, String> freeTexts(String key) {
    Map<String, String> texts = new TreeMap<>();
    Optional<ConfigValue> value = find(key);
    if (value.isPresent() && value.get() instanceof ConfigObject object) {
      for (Map.Entry<String, ConfigValue> item : new TreeMap<>(object).entrySet()) {
        String name = item.getKey();
        if (!isScalar(item.getValue())) {
          problem(key + "." + name, item.getValue(), "must be a plain value", "");
        } else if (isGiven(key + "." + name, item.getValue())) {
          option(key + "." + name, name, item.getValue()).ifPresent(text -> texts.put(name, text));
        }
      }
    } else {
      value.ifPresent(other -> problem(key, other, "must be a block { .. }", ""));
    }
    return keep(key, texts, Collections.unmodifiableMap(texts));
  }

  private Optional<String> option(String key, String name, ConfigValue value) {
    return RewardDefinition.namesAFile(name)
        ? path(key, value, text -> paths.input(text, value.origin()))
        : Optional.of(written(value));
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

  private Optional<ConfigValue> find(String key) {
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
  private boolean isGiven(String key, ConfigValue value) {
    boolean masked = isScalar(value) && written(value).contains(Secrets.MASK);
    if (masked) {
      problem(
          key,
          value,
          "must be given again: a run does not keep its secrets",
          "name the configuration that it was started with by --config");
    }
    return !masked;
  }

  private Optional<ConfigValue> scalar(String key) {
    Optional<ConfigValue> value = find(key);
    value
        .filter(found -> !isScalar(found))
        .ifPresent(found -> problem(key, found, "must be a text", ""));
    return value.filter(SettingsReader::isScalar);
  }

  private Optional<String> path(String key, ConfigValue value, UnaryOperator<String> resolve) {
    try {
      return Optional.of(resolve.apply(written(value)));
    } catch (InvalidPathException e) {
      problem(key, value, "must be a path; " + e.getReason(), "");
      return Optional.empty();
    }
  }

  private void unknownName(String key, ConfigValue value, List<String> known) {
    String hint =
        NearestKey.find(written(value), known).map(name -> "did you mean " + name + "?").orElse("");
    problem(key, value, "must be one of: " + String.join(", ", known), hint);
  }

  private void problem(String key, @Nullable ConfigValue value, String rule, String hint) {
    String text = value == null ? "" : shown(value);
    String origin = value == null ? "" : ProblemLog.describe(value.origin());
    log.add(new Problem(path(key), text, rule, hint, origin));
  }

  private String path(String key) {
    return prefix + "." + key;
  }

  private <T> T keep(String key, Object plain, T value) {
    values.put(key, plain);
    return value;
  }

  private static String bounds(long min, long max) {
    if (max == Integer.MAX_VALUE || max == Long.MAX_VALUE) {
      return min == Long.MIN_VALUE ? "" : " >= " + min;
    }
    return " from " + min + " to " + max;
  }

  private static Optional<BigDecimal> decimal(ConfigValue value) {
    try {
      return Optional.of(new BigDecimal(written(value)));
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  /** HOCON takes a number without a unit for milliseconds, which nobody means. */
  private static Optional<Duration> duration(ConfigValue value) {
    if (decimal(value).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(value.atKey("time").getDuration("time"));
    } catch (ConfigException notATime) {
      return Optional.empty();
    }
  }

  private static Optional<Long> whole(BigDecimal number) {
    try {
      return Optional.of(number.longValueExact());
    } catch (ArithmeticException fractionOrTooLarge) {
      return Optional.empty();
    }
  }

  private static boolean isScalar(ConfigValue value) {
    return !(value instanceof ConfigObject) && !(value instanceof ConfigList);
  }

  private static String written(ConfigValue value) {
    return String.valueOf(value.unwrapped());
  }

  private static String shown(ConfigValue value) {
    if (isScalar(value)) {
      return written(value);
    }
    return value.render(ConfigRenderOptions.concise().setJson(false));
  }
}
