package org.treegrpo.core.base;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Finds implementations by name: those of this project and those of any jar on the class path that
 * lists its own in {@code META-INF/services} (see {@link ServiceLoader}).
 */
public final class Services {

  private Services() {}

  /** The implementation of a name, if there is one. */
  public static <T extends Named> Optional<T> find(Class<T> type, String name) {
    return ServiceLoader.load(type).stream()
        .map(ServiceLoader.Provider::get)
        .filter(service -> service.name().equals(name))
        .findFirst();
  }

  /** All names, in alphabetical order. */
  public static <T extends Named> List<String> names(Class<T> type) {
    return ServiceLoader.load(type).stream()
        .map(provider -> provider.get().name())
        .distinct()
        .sorted()
        .toList();
  }
}
