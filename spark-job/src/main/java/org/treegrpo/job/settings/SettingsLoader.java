package org.treegrpo.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardProviders;

/**
 * Loads {@link TrainSettings}. The layers, the first that has a key wins: {@code --set}, the user's
 * file, the preset of the method, {@code reference.conf}.
 */
public final class SettingsLoader {
  static final String ROOT = "treegrpo";

  private final Function<RewardDefinition, List<String>> rewardCheck;

  /** Checks rewards against the providers on the class path. */
  public SettingsLoader() {
    this(SettingsLoader::problemsOfProvider);
  }

  /**
   * With a check of the caller's choice.
   *
   * @param rewardCheck says what is wrong with a reward's type and options; empty if nothing
   */
  public SettingsLoader(Function<RewardDefinition, List<String>> rewardCheck) {
    this.rewardCheck = rewardCheck;
  }

  /**
   * Loads a local file.
   *
   * @param overrides {@code treegrpo.key=value}, the last wins
   * @throws SettingsException with everything that is wrong
   */
  public TrainSettings load(Path file, List<String> overrides, Use use) {
    Path absolute = file.toAbsolutePath();
    if (!Files.isReadable(absolute) || Files.isDirectory(absolute)) {
      throw refused(file, "must be a readable file");
    }
    requireText(file, absolute);
    return load(
        () -> ConfigFactory.parseFile(absolute.toFile(), LocalIncludes.options()),
        absolute.resolveSibling(""),
        overrides,
        use);
  }

  /**
   * Loads a member of the comparison that a local file describes: the file's settings and the
   * overrides, over them what the variant sets, over that what every member is given.
   *
   * @param common the file's settings
   * @param overrides {@code treegrpo.key=value}, the last wins
   * @param given the same, of the member
   * @throws SettingsException with everything that is wrong, naming the variant
   */
  public TrainSettings loadMember(
      Path file,
      TrainSettings common,
      List<String> overrides,
      CompareSettings.Variant variant,
      List<String> given) {
    Path absolute = file.toAbsolutePath();
    Supplier<Config> shared =
        () ->
            parsed(overrides)
                .withFallback(ConfigFactory.parseFile(absolute.toFile(), LocalIncludes.options()))
                .withoutPath(ROOT + ".compare");
    Supplier<Config> source =
        () ->
            ConfigFactory.parseString(
                    variant.settings(),
                    LocalIncludes.options()
                        .setOriginDescription("set of variant '%s'".formatted(variant.name())))
                .atPath(ROOT)
                .withFallback(shared.get());
    try {
      TrainSettings member = load(source, absolute.resolveSibling(""), given, Use.TRAIN);
      if (member.policy().device() != common.policy().device()) {
        throw new SettingsException(
            List.of(
                new Problem(
                    ROOT + ".policy.device",
                    Labels.of(member.policy().device()),
                    "must be the same for all members, which share executors: "
                        + Labels.of(common.policy().device()),
                    "",
                    "")));
      }
      return member;
    } catch (SettingsException e) {
      throw e.within("variant '%s': ".formatted(variant.name()));
    }
  }

  private static Config parsed(List<String> overrides) {
    return Overrides.parse(overrides, new ProblemLog());
  }

  /**
   * Loads from a text, such as {@link ResolvedConfig#text}.
   *
   * @param origin what error messages call the text
   * @throws SettingsException with everything that is wrong
   */
  public TrainSettings parse(String hocon, String origin, List<String> overrides, Use use) {
    return load(
        () ->
            ConfigFactory.parseString(hocon, LocalIncludes.options().setOriginDescription(origin)),
        Path.of("").toAbsolutePath(),
        overrides,
        use);
  }

  /** The parser would read bytes that are not UTF-8 as question marks. */
  private static void requireText(Path file, Path absolute) {
    try {
      Files.readString(absolute);
    } catch (CharacterCodingException e) {
      throw refused(file, "must be UTF-8");
    } catch (IOException e) {
      throw refused(file, "must be readable; " + e.getMessage());
    }
  }

  private static SettingsException refused(Path file, String rule) {
    return new SettingsException(List.of(new Problem("--config", file.toString(), rule, "", "")));
  }

  private TrainSettings load(
      Supplier<Config> source, Path configDirectory, List<String> overrides, Use use) {
    ProblemLog log = new ProblemLog();
    try {
      return load(source, configDirectory, overrides, use, log);
    } catch (StackOverflowError recursion) { // of the parser, which holds nothing to be released
      log.add(
          new Problem(
              "configuration",
              "",
              "cannot be read: its brackets are nested too deeply",
              "no key of this program lies deeper than five blocks",
              ""));
      throw log.failure();
    }
  }

  private TrainSettings load(
      Supplier<Config> source,
      Path configDirectory,
      List<String> overrides,
      Use use,
      ProblemLog log) {
    Config layers = layers(Overrides.parse(overrides, log), source, log);
    SettingsBlock block = new SettingsBlock(ROOT, layers.getObject(ROOT), log);
    PathBase paths = new PathBase(configDirectory, Path.of("").toAbsolutePath());
    TrainSettings settings = TrainSettings.read(new SettingsReader(block, paths));
    new JointRules(block, settings).check(use, rewardCheck);
    block.reportUnknownKeys();
    log.throwIfAny();
    return settings;
  }

  private static Config layers(Config overrides, Supplier<Config> source, ProblemLog log) {
    try {
      Config given = overrides.withFallback(source.get());
      rejectForeignRoots(given, log);
      Config reference = reference();
      Config withoutPreset = given.withFallback(reference).resolve();
      String method = withoutPreset.getValue(ROOT + ".method").unwrapped().toString();
      Config preset = Presets.load(method);
      rejectForeignRoots(preset, log);
      return given.withFallback(preset).withFallback(reference).resolve();
    } catch (ConfigException unreadable) {
      log.add(
          new Problem(
              "configuration",
              "",
              "cannot be read: " + unreadable.getMessage(),
              "see the HOCON syntax",
              ProblemLog.describe(unreadable.origin())));
      throw log.failure();
    }
  }

  private static void rejectForeignRoots(Config given, ProblemLog log) {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(given.root()).entrySet()) {
      if (!entry.getKey().equals(ROOT)) {
        log.add(
            new Problem(
                entry.getKey(),
                "",
                "unknown key: every key of this program begins with " + ROOT,
                "did you mean " + ROOT + "." + entry.getKey() + "?",
                ProblemLog.describe(entry.getValue().origin())));
      }
    }
  }

  private static List<String> problemsOfProvider(RewardDefinition reward) {
    return RewardProviders.find(reward.type())
        .map(provider -> provider.problems(reward))
        .orElseGet(() -> List.of("must be one of: " + String.join(", ", RewardProviders.types())));
  }

  /** Every key with its default. */
  static Config reference() {
    return ConfigFactory.parseResources(
        SettingsLoader.class.getClassLoader(), "reference.conf", LocalIncludes.options());
  }
}
