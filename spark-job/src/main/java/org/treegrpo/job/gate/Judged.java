package org.treegrpo.job.gate;

import org.treegrpo.job.metrics.EvaluationRecord;

/**
 * One policy on the held-out prompts.
 *
 * @param figures of all of them
 * @param trained the weighted sum of the trained rewards, a prompt each, in the order of the
 *     prompts; NaN where one of them is missing. Not copied
 */
public record Judged(EvaluationRecord figures, double[] trained) {}
