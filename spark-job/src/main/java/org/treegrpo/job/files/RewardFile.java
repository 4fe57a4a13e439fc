package org.treegrpo.job.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.reward.RewardDefinition;

/**
 * A file that an option of a reward names, see {@link RewardDefinition#namesAFile}: by a URI, which
 * every host fetches, or by a path that every host has. It holds the same everywhere.
 *
 * @param reward its name
 * @param option its key
 * @param uri where it lies
 * @param sha256 of its content, lower-case hex
 */
public record RewardFile(String reward, String option, String uri, String sha256) {

  private static final String LOCAL = "file://";

  /**
   * Reads those of a reward. What is neither a URI nor the path of a file may be anything, which
   * the reward's own type knows.
   *
   * @throws IOException naming the option and the file that cannot be read
   */
  public static List<RewardFile> of(RewardDefinition reward, FileCache cache, Configuration hadoop)
      throws IOException {
    List<RewardFile> files = new ArrayList<>();
    for (String option : new TreeSet<>(reward.options().keySet())) {
      String value = reward.option(option, "");
      if (RewardDefinition.namesAFile(option)
          && (RewardDefinition.isUri(value) || isLocalFile(value))) {
        files.add(of(reward.name(), option, uri(value), cache, hadoop));
      }
    }
    return files;
  }

  private static RewardFile of(
      String reward, String option, String uri, FileCache cache, Configuration hadoop)
      throws IOException {
    try {
      Path local = cache.fetch(new org.apache.hadoop.fs.Path(uri), hadoop);
      return new RewardFile(reward, option, uri, FileCache.digest(local));
    } catch (IllegalArgumentException e) {
      throw unreadable(reward, option, uri, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw unreadable(reward, option, uri, FileSystems.reason(e), e);
    }
  }

  private static IOException unreadable(
      String reward, String option, String uri, String reason, Exception cause) {
    return new IOException(
        "treegrpo.rewards, '%s': option '%s' = '%s' must be a file that can be read; %s"
            .formatted(reward, option, uri, reason),
        cause);
  }

  /**
   * A reward with the paths of this host's copies of its files.
   *
   * @param files of any rewards
   * @throws IOException if one cannot be read here, or holds something else than the driver's
   */
  public static RewardDefinition local(
      RewardDefinition reward, List<RewardFile> files, FileCache cache, Configuration hadoop)
      throws IOException {
    Map<String, String> paths = new HashMap<>();
    for (RewardFile file : files) {
      if (file.reward().equals(reward.name())) {
        paths.put(file.option(), file.fetch(cache, hadoop).toString());
      }
    }
    return reward.with(paths);
  }

  private Path fetch(FileCache cache, Configuration hadoop) throws IOException {
    try {
      return cache.fetch(uri, sha256, hadoop);
    } catch (IOException e) {
      throw new IOException(
          "reward '%s': option '%s': %s".formatted(reward, option, FileSystems.reason(e)), e);
    }
  }

  /** A path without a scheme is one of the host's own disk, whatever Hadoop's default is. */
  public static String uri(String value) {
    return RewardDefinition.isUri(value) ? value : LOCAL + value;
  }

  private static boolean isLocalFile(String value) {
    try {
      return !value.isEmpty() && Files.isRegularFile(Path.of(value));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
