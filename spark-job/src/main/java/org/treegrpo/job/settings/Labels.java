package org.treegrpo.job.settings;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Names of enum constants in configuration files: {@code FLOW_SDE} is written {@code flow-sde}. */
public final class Labels {

  private Labels() {}

  /** The constant as written in a configuration file. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <E extends Enum<E>> Optional<E> parse(Collection<E> constants, String label) {
    return constants.stream().filter(constant -> of(constant).equals(label)).findFirst();
  }

  static <E extends Enum<E>> String all(Collection<E> constants) {
    return constants.stream().map(Labels::of).collect(Collectors.joining(", "));
  }
}
