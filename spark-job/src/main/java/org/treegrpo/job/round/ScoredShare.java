package org.treegrpo.job.round;

import org.treegrpo.reward.arrow.RewardBatch;

/**
 * What the driver learns of a grown share: its leaves' scores and its edges' log-probs.
 *
 * @param rewards one row a leaf, in the order of the share's forest
 * @param logProbs log pi_old, mean over D, of each edge of the forest; not copied
 */
public record ScoredShare(RewardBatch rewards, double[] logProbs) {}
