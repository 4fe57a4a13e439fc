package org.treegrpo.job.settings;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.treegrpo.core.base.Named;
import org.treegrpo.core.base.Services;
import org.treegrpo.reward.RewardDefinition;

/**
 * Reads the values of one block of the configuration. A bad value is logged and a legal stand-in
 * returned, so that reading goes on and every problem is found.
 */
final class SettingsReader {
  private final SettingsBlock block;
  private final PathBase paths;

  SettingsReader(SettingsBlock block, PathBase paths) {
    this.block = block;
    this.paths = paths;
  }

  /** The account of what is read here. */
  SettingsBlock block() {
    return block;
  }

  /** See {@link SettingsBlock#clean}. */
  boolean clean(String... keys) {
    return block.clean(keys);
  }

  /** See {@link SettingsBlock#problem(String, String, String)}. */
  void problem(String key, String rule, String hint) {
    block.problem(key, rule, hint);
  }

  /** The block under {@code key}. */
  SettingsReader section(String key) {
    ConfigObject object = ConfigFactory.empty().root();
    Optional<ConfigValue> value = block.find(key);
    if (value.isPresent() && value.get() instanceof ConfigObject present) {
      object = present;
    } else {
      value.ifPresent(other -> block.problem(key, other, "must be a block { .. }", ""));
    }
    SettingsBlock child = block.child(key, object);
    return block.keep(key, child.values(), new SettingsReader(child, paths));
  }

  int integer(String key, int min, int max) {
    return Math.toIntExact(wholeNumber(key, min, max));
  }

  long wholeNumber(String key, long min, long max) {
    return block
        .find(key)
        .flatMap(
            value -> {
              Optional<Long> number =
                  ConfigValues.decimal(value)
                      .flatMap(ConfigValues::whole)
                      .filter(n -> n >= min && n <= max);
              if (number.isEmpty()) {
                block.problem(key, value, "must be a whole number" + bounds(min, max), "");
              }
              return number;
            })
        .map(number -> block.keep(key, number, number))
        .orElse(min);
  }

  double decimal(String key, Range range) {
    return block
        .find(key)
        .flatMap(
            value -> {
              Optional<Double> number =
                  ConfigValues.decimal(value).map(BigDecimal::doubleValue).filter(range::contains);
              if (number.isEmpty()) {
                block.problem(key, value, "must be " + range.describe(), "");
              }
              return number;
            })
        .map(number -> block.keep(key, number, number))
        .orElse(range.inside());
  }

  /** A time with its unit, as HOCON writes it: {@code 90 s}, {@code 5 minutes}. */
  Duration duration(String key, Duration min, Duration max) {
    return block
        .find(key)
        .flatMap(
            value -> {
              Optional<Duration> time =
                  ConfigValues.duration(value)
                      .filter(found -> found.compareTo(min) >= 0 && found.compareTo(max) <= 0);
              if (time.isEmpty()) {
                block.problem(
                    key,
                    value,
                    "must be a time with its unit from %d s to %d days, such as 90 s or 5 minutes"
                        .formatted(min.toSeconds(), max.toDays()),
                    "");
              }
              return time.map(found -> block.keep(key, ConfigValues.written(value), found));
            })
        .orElse(min);
  }

  boolean flag(String key) {
    return block
        .find(key)
        .filter(
            value -> {
              boolean valid = Set.of("true", "false").contains(ConfigValues.written(value));
              if (!valid) {
                block.problem(key, value, "must be true or false", "");
              }
              return valid;
            })
        .map(value -> Boolean.valueOf(ConfigValues.written(value)))
        .map(flag -> block.keep(key, flag, flag))
        .orElse(false);
  }

  /** Empty if not given. */
  String text(String key) {
    return scalar(key)
        .map(value -> block.keep(key, ConfigValues.written(value), ConfigValues.written(value)))
        .orElse("");
  }

  /** A file or directory of the configuration: see {@link PathBase}. Empty if not given. */
  String inputPath(String key) {
    return scalar(key)
        .flatMap(value -> path(key, value, text -> paths.input(text, value.origin())))
        .map(path -> block.keep(key, path, path))
        .orElse("");
  }

  /** A directory to be written, relative to the current directory. Empty if not given. */
  String outputPath(String key) {
    return scalar(key)
        .flatMap(value -> path(key, value, paths::output))
        .map(path -> block.keep(key, path, path))
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
    return block
        .find(key)
        .flatMap(
            value -> {
              Optional<E> constant = Labels.parse(allowed, ConfigValues.written(value));
              if (constant.isEmpty()) {
                block.problem(key, value, "must be one of: " + Labels.all(allowed), note);
              }
              return constant;
            })
        .map(constant -> block.keep(key, Labels.of(constant), constant))
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
    return block
        .find(key)
        .flatMap(
            value -> {
              Optional<String> found = find.apply(ConfigValues.written(value));
              if (found.isEmpty()) {
                unknownName(key, value, known.get());
              }
              return found;
            })
        .map(name -> block.keep(key, name, name))
        .orElse("");
  }

  /** The implementation that is named, of this project or of any jar on the class path. */
  <T extends Named> T service(String key, Class<T> type) {
    List<String> names = Services.names(type);
    return block
        .find(key)
        .flatMap(
            value -> {
              Optional<T> found = Services.find(type, ConfigValues.written(value));
              if (found.isEmpty()) {
                unknownName(key, value, names);
              }
              return found;
            })
        .map(service -> block.keep(key, service.name(), service))
        .orElseGet(() -> Services.find(type, names.get(0)).orElseThrow());
  }

  /** A list of whole numbers, in any order; what is not one is a problem. */
  List<Integer> integers(String key, int min, int max) {
    List<Integer> numbers = new ArrayList<>();
    Optional<ConfigValue> value = block.find(key);
    boolean valid = value.isEmpty() || value.get() instanceof ConfigList;
    if (value.isPresent() && value.get() instanceof ConfigList list) {
      for (ConfigValue item : list) {
        Optional<Long> number =
            ConfigValues.decimal(item)
                .flatMap(ConfigValues::whole)
                .filter(n -> n >= min && n <= max);
        number.ifPresent(n -> numbers.add(Math.toIntExact(n)));
        valid &= number.isPresent();
      }
    }
    if (!valid) {
      block.problem(
          key, value.get(), "must be a list [ .. ] of whole numbers" + bounds(min, max), "");
    }
    return block.keep(key, List.copyOf(numbers), List.copyOf(numbers));
  }

  /**
   * A list of texts.
   *
   * @param all what may be written instead of a list
   * @return empty where it is, or where something else is written
   */
  List<String> textsOr(String all, String key) {
    Optional<ConfigValue> value = block.find(key);
    if (value.isPresent() && value.get() instanceof ConfigList list) {
      List<String> texts =
          list.stream()
              .filter(ConfigValues::isScalar)
              .map(ConfigValues::written)
              .filter(text -> !text.isBlank())
              .toList();
      if (!texts.isEmpty() && texts.size() == list.size()) {
        return block.keep(key, texts, texts);
      }
    } else if (value.isPresent() && ConfigValues.written(value.get()).equals(all)) {
      return block.keep(key, all, List.of());
    }
    value.ifPresent(
        other ->
            block.problem(key, other, "must be %s or a list [ .. ] of texts".formatted(all), ""));
    return List.of();
  }

  /** A list of blocks, each read by {@code element} with {@code defaults} beneath it. */
  <T> List<T> blocks(String key, ConfigObject defaults, Function<SettingsReader, T> element) {
    List<T> items = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    Optional<ConfigValue> value = block.find(key);
    if (value.isPresent() && value.get() instanceof ConfigList list) {
      for (int i = 0; i < list.size(); i++) {
        String name = key + "[" + i + "]";
        if (list.get(i) instanceof ConfigObject object) {
          SettingsBlock child = block.child(name, object.withFallback(defaults));
          kept.add(child.values());
          items.add(element.apply(new SettingsReader(child, paths)));
        } else {
          block.problem(name, list.get(i), "must be a block { .. }", "");
        }
      }
    } else {
      value.ifPresent(other -> block.problem(key, other, "must be a list [ { .. } ]", ""));
    }
    return block.keep(key, kept, items);
  }

  /**
   * A block of free keys with plain values, sorted by key. A value whose key is {@code path} or
   * {@code file}, or ends in {@code -path} or {@code -file}, is an input path.
   */
  Map<String, String> freeTexts(String key) {
    Map<String, String> texts = new TreeMap<>();
    Optional<ConfigValue> value = block.find(key);
    if (value.isPresent() && value.get() instanceof ConfigObject object) {
      for (Map.Entry<String, ConfigValue> item : new TreeMap<>(object).entrySet()) {
        String name = item.getKey();
        if (!ConfigValues.isScalar(item.getValue())) {
          block.problem(key + "." + name, item.getValue(), "must be a plain value", "");
        } else if (block.isGiven(key + "." + name, item.getValue())) {
          option(key + "." + name, name, item.getValue()).ifPresent(text -> texts.put(name, text));
        }
      }
    } else {
      value.ifPresent(other -> block.problem(key, other, "must be a block { .. }", ""));
    }
    return block.keep(key, texts, Collections.unmodifiableMap(texts));
  }

  /** A block as it is, in HOCON; whoever uses it reads it. */
  String block(String key) {
    Optional<ConfigValue> value = block.find(key);
    if (value.isPresent() && value.get() instanceof ConfigObject object) {
      return block.keep(key, object.unwrapped(), object.render(ConfigRenderOptions.concise()));
    }
    value.ifPresent(other -> block.problem(key, other, "must be a block { .. }", ""));
    return "{}";
  }

  private Optional<String> option(String key, String name, ConfigValue value) {
    return RewardDefinition.namesAFile(name)
        ? path(key, value, text -> paths.input(text, value.origin()))
        : Optional.of(ConfigValues.written(value));
  }

  private Optional<ConfigValue> scalar(String key) {
    Optional<ConfigValue> value = block.find(key);
    value
        .filter(found -> !ConfigValues.isScalar(found))
        .ifPresent(found -> block.problem(key, found, "must be a text", ""));
    return value.filter(ConfigValues::isScalar);
  }

  private Optional<String> path(String key, ConfigValue value, UnaryOperator<String> resolve) {
    try {
      return Optional.of(resolve.apply(ConfigValues.written(value)));
    } catch (InvalidPathException e) {
      block.problem(key, value, "must be a path; " + e.getReason(), "");
      return Optional.empty();
    }
  }

  private void unknownName(String key, ConfigValue value, List<String> known) {
    String hint =
        NearestKey.find(ConfigValues.written(value), known)
            .map(name -> "did you mean " + name + "?")
            .orElse("");
    block.problem(key, value, "must be one of: " + String.join(", ", known), hint);
  }

  private static String bounds(long min, long max) {
    if (max == Integer.MAX_VALUE || max == Long.MAX_VALUE) {
      return min == Long.MIN_VALUE ? "" : " >= " + min;
    }
    return " from " + min + " to " + max;
  }
}
