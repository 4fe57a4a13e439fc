package org.treegrpo.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Named combinations of settings, the values of {@code treegrpo.method}: the resources {@code
 * methods/<name>.conf} of every jar and directory on the class path of the current thread. Where
 * two have the same name, the first on the class path is meant.
 */
public final class Presets {

  private static final String DIRECTORY = "methods/";
  private static final Pattern FILE = Pattern.compile(DIRECTORY + "([a-z0-9-]+)\\.conf");

  /** What presets were called by older versions. */
  static final Map<String, String> ALIASES = Map.of("mixgrpo", "mix-grpo");

  private Presets() {}

  /** All names, in alphabetical order. A jar is searched if it has an entry for its directory. */
  public static List<String> names() {
    try {
      return Collections.list(classLoader().getResources(DIRECTORY)).stream()
          .flatMap(Presets::files)
          .map(FILE::matcher)
          .filter(Matcher::matches)
          .map(file -> file.group(1))
          .filter(name -> !ALIASES.containsKey(name)) // is never read
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a preset is called today, if there is one of this name or alias. */
  static Optional<String> find(String name) {
    String today = ALIASES.getOrDefault(name, name);
    return Optional.ofNullable(file(today)).map(found -> today);
  }

  /** The settings of a preset; none if it is not known. */
  static Config load(String name) {
    return find(name)
        .map(Presets::file)
        .map(file -> ConfigFactory.parseURL(file, LocalIncludes.options()))
        .orElseGet(ConfigFactory::empty);
  }

  private static @Nullable URL file(String name) {
    String path = DIRECTORY + name + ".conf";
    return FILE.matcher(path).matches() ? classLoader().getResource(path) : null;
  }

  private static Stream<String> files(URL directory) {
    try {
      URLConnection connection = directory.openConnection();
      if (connection instanceof JarURLConnection ofJar) {
        connection.setUseCaches(false);
        try (JarFile jar = ofJar.getJarFile()) {
          return jar.stream().map(entry -> entry.getName()).toList().stream();
        }
      }
      try (Stream<Path> files = Files.list(Path.of(URI.create(directory.toString())))) {
        return files.map(file -> DIRECTORY + file.getFileName()).toList().stream();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As for {@link java.util.ServiceLoader}: with {@code --jars} not the one of this class. */
  private static ClassLoader classLoader() {
    return Optional.ofNullable(Thread.currentThread().getContextClassLoader())
        .orElseGet(ClassLoader::getSystemClassLoader);
  }
}
