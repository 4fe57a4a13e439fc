package org.treegrpo.job.train;

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
public record Night(String id, String started, @Nullable String parent) {}
