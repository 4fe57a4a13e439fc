package org.treegrpo.job.guard;

import java.util.Locale;
import java.util.Map;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.ImageStatistics;

/** What the guards of evaluations measure: how far one has come from the first. */
final class EvaluationMeasures {

  private EvaluationMeasures() {}

  static Measured of(
      Guard guard, double threshold, EvaluationRecord first, EvaluationRecord evaluation) {
    return guard == Guard.DRIFT
        ? drift(threshold, first, evaluation)
        : heldOut(threshold, first, evaluation);
  }

  /** The statistic that has moved furthest; the diversity of a prompt's images is one. */
  private static Measured drift(double threshold, EvaluationRecord first, EvaluationRecord now) {
    Measured worst = drift(threshold, "diversity", first.diversity(), now.diversity());
    for (String name : ImageStatistics.names()) {
      Measured one = drift(threshold, name, first.images().of(name), now.images().of(name));
      if (isWorse(one, worst)) {
        worst = one;
      }
    }
    return worst;
  }

  private static Measured drift(double threshold, String name, double then, double now) {
    double moved = ImageStatistics.moved(then, now);
    return Double.isNaN(moved)
        ? Measured.NOTHING
        : new Measured(
            moved,
            moved >= threshold,
            text(
                "%s of the held-out images is %.4f, was %.4f at first: moved by %.3g %%",
                name, now, then, 100 * moved));
  }

  /** The reward, of those that are not trained, that has fallen furthest and beyond chance. */
  private static Measured heldOut(double threshold, EvaluationRecord first, EvaluationRecord now) {
    Measured worst = Measured.NOTHING;
    for (Map.Entry<String, HeldOutReward> reward : now.reward().entrySet()) {
      HeldOutReward before = first.reward().get(reward.getKey());
      if (!reward.getValue().trained() && before != null) {
        Measured one = fall(threshold, reward.getKey(), before, reward.getValue().mean());
        if (isWorse(one, worst)) {
          worst = one;
        }
      }
    }
    return worst;
  }

  private static boolean isWorse(Measured one, Measured other) {
    return one.beyond() == other.beyond()
        ? Double.isNaN(other.value()) || one.value() > other.value()
        : one.beyond();
  }

  private static Measured fall(double threshold, String name, HeldOutReward before, double now) {
    double fall = before.mean() - now;
    if (Double.isNaN(fall)) {
      return Measured.NOTHING;
    }
    double share = Math.signum(fall) * ImageStatistics.moved(before.mean(), now);
    // NaN, of one prompt, hides nothing
    boolean chance = fall <= before.ci95();
    return new Measured(
        share,
        share >= threshold && !chance,
        text(
            "held-out reward '%s' is %.4f, was %.4f at first: fallen by %.3g %%",
            name, now, before.mean(), 100 * share));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
