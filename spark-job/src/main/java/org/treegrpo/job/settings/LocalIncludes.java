package org.treegrpo.job.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigParseable;
import java.io.File;
import java.net.URL;
import java.util.List;
import java.util.Objects;

/**
 * What a configuration may include: files that are there. The library would also fetch web
 * addresses, search the class path, and take what is missing for an empty file.
 */
final class LocalIncludes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

  private static final List<String> ENDINGS = List.of("", ".conf", ".json", ".properties");

  /** Parsing with these includes, of a source that must be there. */
  static ConfigParseOptions options() {
    return ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(new LocalIncludes());
  }

  /** {@code include "what"}: beside the file that includes it. */
  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    if (PathBase.hasScheme(what)) {
      throw refused("\"" + what + "\"", "must be a file; a web address is not fetched");
    }
    return ENDINGS.stream()
        .map(ending -> context.relativeTo(what + ending))
        .filter(Objects::nonNull)
        .filter(LocalIncludes::isFile)
        .findFirst()
        .map(file -> file.parse(file.options().setAllowMissing(false)))
        .orElseThrow(() -> missing("\"" + what + "\""));
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    if (!what.isFile()) {
      throw missing("file(\"" + what + "\")");
    }
    return ConfigFactory.parseFile(what, options()).root();
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw refused("url(\"" + what + "\")", "must be a file; a web address is not fetched");
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw refused(
        "classpath(\"" + what + "\")", "must be a file; the class path holds no settings of yours");
  }

  /** Nothing is left to the library. */
  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  /** The library offers a resource of the class path where no file is. */
  private static boolean isFile(ConfigParseable source) {
    String name = source.origin().filename();
    return name != null && new File(name).isFile();
  }

  private static ConfigException missing(String what) {
    return refused(what, "must be a file that is there; copy it there or remove the line");
  }

  private static ConfigException refused(String what, String rule) {
    return new ConfigException.Generic("include " + what + " " + rule);
  }
}
