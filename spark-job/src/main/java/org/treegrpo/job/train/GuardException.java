package org.treegrpo.job.train;

import org.jspecify.annotations.Nullable;
import org.treegrpo.job.metrics.GuardRecord;

/** A guard has ended the run. */
final class GuardException extends TrainingException {

  private static final long serialVersionUID = 1L;

  /**
   * @param checkpoint what a resume would go on from, for people
   * @param cause what the guard was told by; null where it was a figure
   */
  GuardException(GuardRecord act, String checkpoint, @Nullable Throwable cause) {
    super(
        "stopped by treegrpo.guards.%s: %s; %s".formatted(act.guard(), act.text(), checkpoint),
        cause);
  }
}
