package org.treegrpo.job.registry;

import org.jspecify.annotations.Nullable;

/**
 * A file {@code PROMOTED-<number>.json}: the one of the greatest number says which version is to be
 * served. The JSON keys are these names in snake_case.
 *
 * @param number 1, 2, ..
 * @param version that is promoted
 * @param previous that was promoted before; null for the first
 * @param at when, ISO 8601 in UTC
 * @param reason for people
 * @param night that promoted it; null where a person did
 */
public record Promotion(
    int number,
    String version,
    @Nullable String previous,
    String at,
    String reason,
    @Nullable String night) {}
