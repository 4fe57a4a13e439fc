package org.treegrpo.job.pretrain;

import java.nio.file.Path;

/**
 * How a pretraining ended.
 *
 * @param finished false where it stopped at {@code max-minutes}; running it again goes on
 * @param steps done
 * @param seconds spent on them, over all runs
 * @param loss of the last step; NaN where none was left to do
 * @param policy the policy directory, written if finished
 */
public record PretrainResult(
    boolean finished, int steps, double seconds, double loss, Path policy) {}
