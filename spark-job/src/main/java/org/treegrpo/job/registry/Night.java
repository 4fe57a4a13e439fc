package org.treegrpo.job.registry;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code night.json}: what a night began with. It stays as it is however often the night's command
 * is repeated.
 *
 * @param id of the night
 * @param started ISO 8601 in UTC
 * @param parent the version that was promoted then, which the night trains on; null where there was
 *     none, and it trains on the policy of its configuration
 */
public record Night(String id, String started, @Nullable String parent) {

  /** The name of its file. */
  public static final String NAME = "night.json";

  /** What a night may be called. */
  public static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
}
