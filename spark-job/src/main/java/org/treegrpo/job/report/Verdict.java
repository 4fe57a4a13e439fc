package org.treegrpo.job.report;

import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;

/** Whether a held-out score moved by more than the uncertainty of its two measurements. */
enum Verdict {
  ROSE,
  FELL,
  UNCLEAR;

  static Verdict of(HeldOutReward before, HeldOutReward after) {
    double noise = Math.hypot(orZero(before.ci95()), orZero(after.ci95()));
    double change = after.mean() - before.mean();
    if (change > noise) {
      return ROSE;
    }
    return change < -noise ? FELL : UNCLEAR;
  }

  private static double orZero(double value) {
    return Double.isNaN(value) ? 0 : value;
  }
}
