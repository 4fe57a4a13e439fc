package org.treegrpo.job.tracking;

import java.util.Map;

/**
 * Curves at one round.
 *
 * @param kind what was measured: rounds and evaluations are told apart when a run goes on
 * @param values by the names of the curves; NaN is not sent
 */
public record Point(Kind kind, int round, long millis, Map<String, Double> values) {

  /** What a point is of. */
  public enum Kind {
    ROUND,
    EVALUATION;

    static Kind of(String curve) {
      return curve.startsWith("held_out") ? EVALUATION : ROUND;
    }
  }
}
