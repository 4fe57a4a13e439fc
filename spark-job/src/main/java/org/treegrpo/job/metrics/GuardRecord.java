package org.treegrpo.job.metrics;

import java.util.Objects;

/**
 * One line of {@code guards.jsonl}: a guard has acted. NaN is written as null.
 *
 * @param round after which it did
 * @param guard its key below {@code treegrpo.guards}
 * @param value what was measured, in the unit of the threshold
 * @param threshold NaN where there is none
 * @param action what was done: {@code warn}, {@code lower-rate} or {@code stop}
 * @param text the same for people, and what to look at
 */
public record GuardRecord(
    int round, String guard, double value, double threshold, String action, String text) {

  public GuardRecord {
    Objects.requireNonNull(guard, "guard");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(text, "text");
  }
}
