package org.treegrpo.job.audit;

import org.treegrpo.core.credit.Status;

/**
 * One row of {@code edges.parquet}; {@code round} comes from the file's directory and is written
 * too.
 *
 * @param promptId the prompt's id
 * @param tree index of the tree among the prompt's trees
 * @param path of the child, such as {@code 0.2.1}
 * @param depth 1 = first window step
 * @param step denoising step, 0 = pure noise
 * @param parentPath path of the parent; empty for the root
 * @param logProbOld mean over the latent's elements of log pi_old
 * @param noiseStd standard deviation of the step's noise
 * @param advantage after the backup; NaN (written as null) where every leaf below failed
 * @param status whether the edge was part of the loss, or why not
 */
public record EdgeRow(
    String promptId,
    int tree,
    String path,
    int depth,
    int step,
    String parentPath,
    double logProbOld,
    double noiseStd,
    double advantage,
    Status status) {}
