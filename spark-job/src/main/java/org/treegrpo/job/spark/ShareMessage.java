package org.treegrpo.job.spark;

import java.io.Serializable;

/**
 * What an executor sends to the driver when a share's leaves are scored.
 *
 * @param runId names the run in the driver
 * @param share index of the share
 * @param attempt id of the task attempt; a retried task sends the share again under another
 * @param rewards Arrow stream of the leaves' scores
 * @param edges Arrow stream of the edges' log-probs
 */
public record ShareMessage(
    String runId, int round, int share, int attempt, byte[] rewards, byte[] edges)
    implements Serializable {}
