package org.treegrpo.core.learn;

import org.treegrpo.core.objective.LeafWeighting;

/**
 * What learners on leaves are configured by.
 *
 * @param draws times and noises a leaf, at least 1
 * @param weighting of AWM
 * @param beta of DiffusionNFT, positive
 */
public record LeafSettings(int draws, LeafWeighting weighting, double beta) {}
