package org.treegrpo.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.treegrpo.core.base.Sha256;

/**
 * The settings by which a run is known again: every key on which its weights or its evaluations
 * depend, with the SHA-256 of the value. A digest, because an option of a reward may be a secret.
 *
 * @param digests by key, without the root; a key of a list is {@code rewards[0].type}. A method
 *     counts by its name of today
 */
public record SettingsIdentity(SortedMap<String, String> digests) {

  /** Keys and blocks that neither weights nor evaluations depend on, but for the guards. */
  private static final List<String> FREE_TO_CHANGE =
      List.of(
          "budget",
          "run-dir",
          "cluster",
          "security",
          "gate",
          "nightly",
          "pretrain",
          "compare",
          "policy.type",
          "policy.weights", // their content is an input
          "policy.cache-dir",
          "policy.device-memory-gib",
          "policy.probe-timeout-seconds",
          "rewards.time-limit-seconds",
          "checkpoint",
          "evaluation.every",
          "audit",
          "export",
          "reward-workers.threads",
          "reward-workers.max-failed-share",
          "self-check",
          "guards", // who resumes a run that they have stopped, changes them
          "report");

  private static final String ROUNDS = "rounds";
  private static final String METHOD = "method";

  private static final SortedMap<String, String> DEFAULTS = defaults();

  public SettingsIdentity {
    SortedMap<String, String> today = new TreeMap<>(digests);
    Presets.ALIASES.forEach(
        (alias, name) -> today.replace(METHOD, Sha256.of(alias), Sha256.of(name)));
    digests = Collections.unmodifiableSortedMap(today);
  }

  /** The identity of a run with these settings. */
  public static SettingsIdentity of(ResolvedConfig resolved) {
    return of(ConfigFactory.parseString(resolved.withSecrets()));
  }

  /**
   * The identity of a run by its {@code config.resolved.conf}, in which secrets are masked: to be
   * compared with another of this kind only.
   */
  public static SettingsIdentity ofText(String text) {
    return of(ConfigFactory.parseString(text));
  }

  /**
   * The identity of a run whose version kept none in its checkpoints.
   *
   * @param text its {@code config.resolved.conf}
   * @param sha256 its {@link ResolvedConfig#sha256}, from a checkpoint
   * @return empty if the text is not the one that the run was started with
   */
  public static Optional<SettingsIdentity> ofOlder(String text, String sha256) {
    try {
      Config config = ConfigFactory.parseString(text);
      return ResolvedConfig.hash(text, roundsFree(config)).equals(sha256)
          ? Optional.of(of(config))
          : Optional.empty();
    } catch (ConfigException notAConfiguration) {
      return Optional.empty();
    }
  }

  /**
   * The keys by which a run with these settings is another one than an earlier run. A key that only
   * these settings have is one that the earlier version did not know, and no difference while it
   * has its default, which is what that version did.
   */
  public List<String> differences(SettingsIdentity earlier) {
    SortedMap<String, String> different = new TreeMap<>(digests);
    different
        .entrySet()
        .removeIf(
            key -> {
              String before = earlier.digests.get(key.getKey());
              String other = before == null ? DEFAULTS.get(withoutIndex(key.getKey())) : before;
              return key.getValue().equals(other);
            });
    for (Map.Entry<String, String> key : earlier.digests.entrySet()) {
      if (!digests.containsKey(key.getKey()) && !isFree(key.getKey())) {
        different.put(key.getKey(), key.getValue());
      }
    }
    return List.copyOf(different.keySet());
  }

  private static SettingsIdentity of(Config config) {
    SortedMap<String, String> digests = new TreeMap<>();
    flatten("", config.getObject(SettingsLoader.ROOT), digest(digests));
    digests.keySet().removeIf(SettingsIdentity::isFree);
    if (roundsFree(config)) {
      digests.remove(ROUNDS);
    }
    return new SettingsIdentity(digests);
  }

  /** Whether more rounds leave the earlier ones as they are. */
  private static boolean roundsFree(Config config) {
    return config.getString(SettingsLoader.ROOT + ".optimizer.decay").equals("constant");
  }

  private static SortedMap<String, String> defaults() {
    SortedMap<String, String> digests = new TreeMap<>();
    flatten("", SettingsLoader.reference().getObject(SettingsLoader.ROOT), digest(digests));
    flatten("rewards", Sections.REWARD_DEFAULTS, digest(digests));
    return digests;
  }

  private static void flatten(String key, ConfigValue value, BiConsumer<String, String> each) {
    if (value instanceof ConfigObject block) {
      block.forEach((name, inner) -> flatten(key.isEmpty() ? name : key + "." + name, inner, each));
    } else if (value instanceof ConfigList list) {
      for (int i = 0; i < list.size(); i++) {
        flatten(key + "[" + i + "]", list.get(i), each);
      }
    } else {
      each.accept(key, normal(value.unwrapped()));
    }
  }

  private static BiConsumer<String, String> digest(Map<String, String> digests) {
    return (key, value) -> {
      String name = key.substring(key.lastIndexOf('.') + 1);
      digests.put(key, Sha256.of(Secrets.BY_NAME.mask(withoutIndex(name), value)));
    };
  }

  /** What a run is, key by key, for people: the settings of its identity, with secrets masked. */
  public static Map<String, String> shown(ResolvedConfig resolved) {
    Map<String, String> shown = new TreeMap<>();
    flatten(
        "", ConfigFactory.parseString(resolved.text()).getObject(SettingsLoader.ROOT), shown::put);
    shown.keySet().removeIf(SettingsIdentity::isFree);
    return shown;
  }

  /** The same for 3 and 3.0: a number may be written in more than one way. */
  private static String normal(Object value) {
    return value instanceof Number
        ? new BigDecimal(value.toString()).stripTrailingZeros().toPlainString()
        : value.toString();
  }

  private static boolean isFree(String key) {
    String name = withoutIndex(key);
    return FREE_TO_CHANGE.stream()
        .anyMatch(free -> name.equals(free) || name.startsWith(free + "."));
  }

  private static String withoutIndex(String key) {
    return key.replaceAll("\\[\\d+]", "");
  }
}
