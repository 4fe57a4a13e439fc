package org.treegrpo.job.registry;

import java.time.Duration;

/**
 * What a registry keeps when it is cleaned.
 *
 * @param promoted versions that were promoted, those that rollbacks lead to first; at least 1
 * @param candidates versions that were never promoted, the newest
 * @param candidateAge how old such a version may become
 * @param candidateBytes how much such versions may take together, the newest first
 * @param nights that are over and keep the checkpoints of their runs, the newest
 */
public record Retention(
    int promoted, int candidates, Duration candidateAge, long candidateBytes, int nights) {}
