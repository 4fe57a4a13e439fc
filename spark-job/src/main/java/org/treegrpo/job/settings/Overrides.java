package org.treegrpo.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;

/** The {@code --set treegrpo.key=value} options as a configuration layer. */
final class Overrides {
  private static final ConfigParseOptions ORIGIN =
      LocalIncludes.options().setOriginDescription(PathBase.COMMAND_LINE);

  private Overrides() {}

  /** The last of two options with the same key wins. Malformed options are logged and left out. */
  static Config parse(List<String> options, ProblemLog log) {
    Config layer = ConfigFactory.empty();
    for (String option : options) {
      int equals = option.indexOf('=');
      if (equals < 1) {
        log.add(problem(option, "must have the form treegrpo.key=value"));
        continue;
      }
      try {
        layer = layer.withValue(option.substring(0, equals).strip(), value(option, equals));
      } catch (ConfigException malformed) {
        log.add(problem(option, "cannot be read: " + malformed.getMessage()));
      }
    }
    return layer;
  }

  /** Lists, blocks and quoted texts are HOCON; anything else is taken literally, paths included. */
  private static ConfigValue value(String option, int equals) {
    String text = option.substring(equals + 1).strip();
    if (text.matches("(?s)[\\[{\"].*")) {
      return ConfigFactory.parseString("value = " + text, ORIGIN).getValue("value");
    }
    return ConfigValueFactory.fromAnyRef(text, PathBase.COMMAND_LINE);
  }

  private static Problem problem(String option, String rule) {
    return new Problem(PathBase.COMMAND_LINE, option, rule, "", PathBase.COMMAND_LINE);
  }
}
