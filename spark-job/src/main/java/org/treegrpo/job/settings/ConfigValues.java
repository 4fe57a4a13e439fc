package org.treegrpo.job.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** What the values of a configuration say, whoever wrote them with or without quotes. */
final class ConfigValues {

  private ConfigValues() {}

  static Optional<BigDecimal> decimal(ConfigValue value) {
    try {
      return Optional.of(new BigDecimal(written(value)));
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  /** HOCON takes a number without a unit for milliseconds, which nobody means. */
  static Optional<Duration> duration(ConfigValue value) {
    if (decimal(value).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(value.atKey("time").getDuration("time"));
    } catch (ConfigException notATime) {
      return Optional.empty();
    }
  }

  static Optional<Long> whole(BigDecimal number) {
    try {
      return Optional.of(number.longValueExact());
    } catch (ArithmeticException fractionOrTooLarge) {
      return Optional.empty();
    }
  }

  static boolean isScalar(ConfigValue value) {
    return !(value instanceof ConfigObject) && !(value instanceof ConfigList);
  }

  static String written(ConfigValue value) {
    return String.valueOf(value.unwrapped());
  }

  static String shown(ConfigValue value) {
    if (isScalar(value)) {
      return written(value);
    }
    return value.render(ConfigRenderOptions.concise().setJson(false));
  }
}
