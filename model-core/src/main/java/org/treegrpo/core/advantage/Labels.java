package org.treegrpo.core.advantage;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enum constants by their name in the configuration: {@code ALL_CAPS} is written all-caps. */
final class Labels {

  private Labels() {}

  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <E extends Enum<E>> E parse(String key, Class<E> type, String label) {
    E[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> label(constant).equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: '%s' is not one of %s"
                        .formatted(
                            key,
                            label,
                            Arrays.stream(constants)
                                .map(Labels::label)
                                .collect(Collectors.joining(", ")))));
  }
}
