package org.treegrpo.job.registry;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.metrics.EvaluationRecord;

/**
 * {@code version.json} of a version's directory: what its weights are. The JSON keys are these
 * names in snake_case.
 *
 * @param id such as {@code v000012}; given by the registry
 * @param made when it was added, ISO 8601 in UTC
 * @param policy the policy directory that the weights belong to, {@code treegrpo.policy.path}
 * @param run directory of the run that trained them; null where they come from a checkpoint alone
 * @param round rounds of that run behind them
 * @param parent the version that the run started from; null where that was the policy directory
 * @param weightsSha256 of these weights, which are the moving average where the run keeps one
 * @param baseSha256 of the file of the frozen weights that they were trained beside; null where all
 *     are trained
 * @param evaluation the run's last one; null where there is none
 */
public record Version(
    String id,
    String made,
    String policy,
    @Nullable String run,
    int round,
    @Nullable String parent,
    String weightsSha256,
    @Nullable String baseSha256,
    @Nullable EvaluationRecord evaluation) {

  /** Whether two versions are of the same weights that came about in the same way. */
  boolean isAs(Version other) {
    return round == other.round
        && weightsSha256.equals(other.weightsSha256)
        && Objects.equals(baseSha256, other.baseSha256)
        && Objects.equals(parent, other.parent);
  }

  Version as(String newId, String when) {
    return new Version(
        newId, when, policy, run, round, parent, weightsSha256, baseSha256, evaluation);
  }
}
