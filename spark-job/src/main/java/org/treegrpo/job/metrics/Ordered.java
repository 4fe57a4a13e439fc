package org.treegrpo.job.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Unmodifiable copies of maps that keep their order, which {@link Map#copyOf} does not. */
final class Ordered {
  private Ordered() {}

  static <V> Map<String, V> copyOf(Map<String, V> map) {
    Objects.requireNonNull(map, "map");
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
