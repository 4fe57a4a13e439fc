package org.treegrpo.job.executor;

import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.job.spark.StoredVector;

/**
 * Result of a learn task.
 *
 * @param levels level of each partial sum in the share tree
 * @param indices index of each partial sum on its level
 * @param partials the partial gradient sums; none where they are stored
 * @param stored the same where they are long: they stay on the executor until the driver asks
 * @param statistics of each share of the block
 * @param sharesRegrown shares whose rollout was not here
 * @param trainForward network evaluations with gradients
 * @param trainBackward backward passes
 * @param networkSeconds inside the network
 */
public record LearnedBlock(
    int[] levels,
    int[] indices,
    float[][] partials,
    StoredVector[] stored,
    LearnResult[] statistics,
    int sharesRegrown,
    long trainForward,
    long trainBackward,
    double networkSeconds) {}
