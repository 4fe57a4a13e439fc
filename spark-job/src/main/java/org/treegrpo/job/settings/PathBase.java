package org.treegrpo.job.settings;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import org.treegrpo.reward.RewardDefinition;

/**
 * Where relative paths of the configuration start. An input path starts at the directory of the
 * file that defines it; one given by {@code --set}, and every output path, at the current
 * directory. A path with a URI scheme ({@code s3a://}, {@code hdfs://}, {@code file:}) is left as
 * it is.
 *
 * @param configDirectory absolute; used where the origin of a value does not name a file
 * @param currentDirectory absolute
 */
record PathBase(Path configDirectory, Path currentDirectory) {

  /** Origin description of values given on the command line. */
  static final String COMMAND_LINE = "--set";

  String input(String path, ConfigOrigin origin) {
    if (origin.description().startsWith(COMMAND_LINE)) {
      return resolve(currentDirectory, path);
    }
    String file = origin.filename();
    Path directory = file == null ? null : Path.of(file).toAbsolutePath().getParent();
    return resolve(directory == null ? configDirectory : directory, path);
  }

  String output(String path) {
    return resolve(currentDirectory, path);
  }

  /** Whether a path is a URI. */
  static boolean hasScheme(String path) {
    return RewardDefinition.isUri(path);
  }

  private static String resolve(Path base, String path) {
    if (path.isEmpty() || hasScheme(path)) {
      return path;
    }
    return base.resolve(path).normalize().toString();
  }
}
