package org.treegrpo.core.tree;

/**
 * What every random number of a round is keyed by.
 *
 * @param runSeed the run's seed
 * @param round 1, 2, ...
 */
public record RoundKey(long runSeed, int round) {}
