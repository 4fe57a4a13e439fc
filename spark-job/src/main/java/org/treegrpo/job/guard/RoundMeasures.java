package org.treegrpo.job.guard;

import java.util.List;
import java.util.Locale;
import org.treegrpo.core.credit.AdvantageSettings;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.GuardsSettings.Limit;
import org.treegrpo.job.settings.TrainSettings;

/** What the guards of rounds measure: functions of a round's figures and of earlier norms. */
final class RoundMeasures {

  private final TrainSettings settings;

  RoundMeasures(TrainSettings settings) {
    this.settings = settings;
  }

  /**
   * @param norms of the gradients of the rounds before, the last ones of the window
   * @param stepsLeftOut optimizer steps whose gradient was not finite
   */
  Measured of(Guard guard, RoundMetrics round, List<Double> norms, int stepsLeftOut) {
    double threshold = guard.limit(settings.guards()).threshold();
    return switch (guard) {
      case ZERO_VARIANCE_GROUPS -> {
        int groups = groups();
        double share = (double) round.zeroVarianceGroups() / groups;
        yield atLeast(
            share,
            threshold,
            "in %d of %d groups all images score the same",
            round.zeroVarianceGroups(),
            groups);
      }
      case RATIO_DEVIATION ->
          atLeast(
              round.ratioMaxDeviation(),
              threshold,
              "|ratio - 1| is up to %.3g",
              round.ratioMaxDeviation());
      case CLIP_FRACTION ->
          atLeast(
              round.clipFraction(),
              threshold,
              "%.0f %% of the edges are clipped",
              100 * round.clipFraction());
      case GRADIENT_NORM -> norm(round.gradientNorm(), norms);
      case GRADIENT_RMS -> rms(round.gradientRms(), threshold);
      case OLD_POLICY_GAP -> gap(round, threshold);
      case NOT_FINITE -> finite(round, stepsLeftOut);
      case DRIFT, HELD_OUT -> Measured.NOTHING;
    };
  }

  private int groups() {
    boolean ofTrees = settings.advantage().group() == AdvantageSettings.Group.TREE;
    return settings.tree().promptsPerRound() * (ofTrees ? settings.tree().treesPerPrompt() : 1);
  }

  private Measured norm(double norm, List<Double> norms) {
    Limit limit = settings.guards().gradientNorm();
    int window = settings.guards().gradientNormWindow();
    double median = norms.size() < window ? 0 : median(norms);
    return median > 0
        ? atLeast(
            norm / median,
            limit.threshold(),
            "the gradient's norm is %.3g, %.3g x the median of the %d rounds before",
            norm,
            norm / median,
            window)
        : Measured.NOTHING;
  }

  private Measured rms(double rms, double threshold) {
    double epsilon = settings.optimizer().adamW().epsilon();
    // no gradient at all is another matter
    return rms > 0
        ? new Measured(
            rms / epsilon,
            rms < threshold * epsilon,
            text(
                "the gradient's RMS is %.1e, %.2g x treegrpo.optimizer.epsilon",
                rms, rms / epsilon))
        : Measured.NOTHING;
  }

  private static Measured gap(RoundMetrics round, double threshold) {
    double gap = round.oldPolicyGap();
    // before the first update the two policies are one
    return gap == 0 && round.round() > 1
        ? new Measured(
            gap, true, "rollouts are drawn with the policy that is trained, the gap is 0")
        : atLeast(gap, threshold, "the gap to the policy of the rollouts is %.3g", gap);
  }

  private Measured finite(RoundMetrics round, int stepsLeftOut) {
    if (stepsLeftOut > 0) {
      return new Measured(
          stepsLeftOut,
          true,
          text("%d optimizer steps are left out, their gradient is not finite", stepsLeftOut));
    }
    boolean lagging = settings.update().learner().laggingRollouts();
    boolean ratios =
        Double.isFinite(round.ratioMaxDeviation())
            && Double.isFinite(round.clipFraction())
            && Double.isFinite(round.approxKl());
    boolean finite =
        Double.isFinite(round.penalty())
            && (lagging ? Double.isFinite(round.oldPolicyGap()) : ratios);
    return new Measured(
        Double.NaN,
        !finite,
        text(
            "not all is finite of the loss: penalty %s, KL %s, |ratio - 1| %s, gap to the old policy %s",
            round.penalty(), round.approxKl(), round.ratioMaxDeviation(), round.oldPolicyGap()));
  }

  private static Measured atLeast(double value, double threshold, String text, Object... values) {
    return Double.isNaN(value)
        ? Measured.NOTHING
        : new Measured(value, value >= threshold, text(text, values));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
