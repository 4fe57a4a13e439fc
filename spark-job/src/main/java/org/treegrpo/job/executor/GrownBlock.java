package org.treegrpo.job.executor;

import org.jspecify.annotations.Nullable;

/**
 * Result of a grow task: the commit of its shares' messages, and what it cost.
 *
 * @param location where the rollouts are kept, {@code executor_<host>_<id>}
 * @param weights fingerprint of the weights that it grew with
 * @param attempt under which the shares were sent
 * @param sharesRegrown shares that an earlier, failed attempt of the task was to grow
 * @param growSeconds wall time until the last share was grown
 * @param totalSeconds wall time of the task
 * @param evaluations network evaluations of the rollout
 * @param networkSeconds inside the network
 * @param rewardSeconds inside the reward models
 * @param ratioDeviation largest |rho - 1| of the self-check; NaN where none was made
 * @param rewardFailures why rewards failed, a few examples
 * @param preview images of one tree for the report; null where none was asked for
 */
public record GrownBlock(
    String location,
    String weights,
    int attempt,
    int sharesRegrown,
    double growSeconds,
    double totalSeconds,
    long evaluations,
    double networkSeconds,
    double rewardSeconds,
    double ratioDeviation,
    String[] rewardFailures,
    @Nullable TreePictures preview) {}
