package org.treegrpo.job.train;

/** When a run pauses at the end of a round, for another one to have its turn. */
@FunctionalInterface
public interface Pace {

  /** That of a run which has the executors for itself. */
  Pace WHOLE = (rounds, seconds) -> true;

  /**
   * Whether the turn goes on.
   *
   * @param rounds of this turn
   * @param seconds that they took, as a budget counts them
   */
  boolean goesOn(int rounds, double seconds);
}
