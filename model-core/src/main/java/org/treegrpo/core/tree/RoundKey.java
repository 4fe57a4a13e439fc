package org.treegrpo.core.tree;

/**
 * What every random number of a round is keyed by, and where its window lies.
 *
 * @param runSeed the run's seed
 * @param round 1, 2, ...
 * @param windowStart first SDE step of this round, the same for every tree
 */
public record RoundKey(long runSeed, int round, int windowStart) {}
