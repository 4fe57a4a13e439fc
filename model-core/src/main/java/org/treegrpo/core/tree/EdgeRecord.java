package org.treegrpo.core.tree;

/**
 * One SDE edge: parent to child at a window step.
 *
 * @param seed index of the tree's {@link TreeSeed} in its share
 * @param path of the child
 * @param depth 1 = first window step
 * @param step denoising step index t (0 = pure noise)
 * @param logProbOld mean over D of log pi_old
 * @param logProbOldSum sum over D of log pi_old
 * @param noiseStd s
 */
public record EdgeRecord(
    int seed,
    NodePath path,
    int depth,
    int step,
    double logProbOld,
    double logProbOldSum,
    double noiseStd) {}
