package org.treegrpo.job.metrics;

import org.jspecify.annotations.Nullable;

/**
 * One line of {@code turns.jsonl}: a member's turn. The seconds are those of the driver's clock;
 * what is neither trained, evaluation nor change are checkpoints, audit and pictures.
 *
 * @param turn from 1 on, over all members
 * @param firstRound of the turn
 * @param lastRound below {@code firstRound} where no round was done
 * @param trainedSeconds what a budget of seconds counts
 * @param evaluationSeconds of the held-out prompts
 * @param changeSeconds to bring the member to the driver and the executors; booked to nobody
 * @param totalSeconds of the turn
 * @param status how the member stands after it
 * @param endedBy the key that ended it; null while it goes on
 * @param error why it failed; null where it did not
 */
public record TurnRecord(
    int turn,
    String variant,
    int seed,
    int firstRound,
    int lastRound,
    double trainedSeconds,
    double evaluationSeconds,
    double changeSeconds,
    double totalSeconds,
    Status status,
    @Nullable String endedBy,
    @Nullable String error) {

  /** How a member stands. */
  public enum Status {
    GOES_ON,
    DONE,
    /** Its weights or gradients are not finite any more; to try again is no use. */
    DIVERGED,
    FAILED
  }

  /** Of a member that cannot go on. */
  public static TurnRecord failed(
      int turn, String variant, int seed, double totalSeconds, boolean diverged, String error) {
    return new TurnRecord(
        turn,
        variant,
        seed,
        1,
        0,
        0,
        0,
        0,
        totalSeconds,
        diverged ? Status.DIVERGED : Status.FAILED,
        null,
        error);
  }
}
