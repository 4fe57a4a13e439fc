package org.treegrpo.job.metrics;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code result.json}: how a run ended.
 *
 * @param status how it ended
 * @param rounds rounds done, those before a resume included
 * @param seconds wall-clock time of this process
 * @param evaluation the held-out evaluation before and after training
 * @param checkpoint name of the last checkpoint, such as {@code round-000010}; null where there is
 *     none
 * @param weightsSha256 of the trainable weights, lower-case hex; null before the first round
 * @param endedBy the key, without the root, that ended a completed run: {@code rounds}, or the
 *     budget that was spent first, such as {@code budget.images}; null for any other status
 * @param error what went wrong, for people; null unless the run failed, was refused or was stopped
 */
public record RunResult(
    Status status,
    int rounds,
    double seconds,
    BeforeAfter evaluation,
    @Nullable String checkpoint,
    @Nullable String weightsSha256,
    @Nullable String endedBy,
    @Nullable String error) {

  public RunResult {
    Objects.requireNonNull(status, "status");
    evaluation = evaluation == null ? new BeforeAfter(null, null) : evaluation;
  }

  /** How a run ended. */
  public enum Status {
    /** All rounds were done, or the budget was spent. */
    @JsonProperty("completed")
    COMPLETED,
    /** A gate refused to promote the result. */
    @JsonProperty("refused")
    REFUSED,
    /** An error ended the run. */
    @JsonProperty("failed")
    FAILED,
    /** It was asked to end; it can be resumed. */
    @JsonProperty("stopped")
    STOPPED
  }

  /** The base's evaluation and the latest; either is null where it was not made. */
  public record BeforeAfter(@Nullable EvaluationRecord before, @Nullable EvaluationRecord after) {}
}
