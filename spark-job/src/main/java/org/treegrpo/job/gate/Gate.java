package org.treegrpo.job.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.settings.GateSettings;

/**
 * Judges a candidate by the promoted version, the incumbent, and by the base that everything began
 * with: nights that each drift a little are told by the base alone. A figure that was not measured
 * is a rule that is not held, but for what neither of the two has.
 */
public final class Gate {

  /** Below it a statistic is as good as nothing, and its share of nothing is no measure. */
  private static final double LEAST = 0.01;

  private final GateSettings settings;
  private final long seed;

  /**
   * @param seed of the bootstrap
   */
  public Gate(GateSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
  }

  /** Applies all rules; all three were evaluated on the same prompts from the same noise. */
  public GateVerdict judge(Judged candidate, Judged incumbent, Judged base) {
    List<GateRule> rules = new ArrayList<>();
    rules.add(trained(candidate, incumbent));
    rules.addAll(heldOut(candidate.figures(), incumbent.figures()));
    rules.add(diversity(candidate.figures(), incumbent.figures()));
    rules.addAll(
        drift("drift", candidate.figures(), incumbent.figures(), settings.drift(), "promoted"));
    rules.addAll(
        drift("drift-total", candidate.figures(), base.figures(), settings.driftTotal(), "base"));
    return GateVerdict.of(rules);
  }

  private GateRule trained(Judged candidate, Judged incumbent) {
    PairedBootstrap rise =
        PairedBootstrap.of(candidate.trained(), incumbent.trained(), settings.resamples(), seed);
    boolean passed = rise.low() > settings.margin();
    String noise =
        !passed && rise.high() > settings.margin() ? ", within the noise of the prompts" : "";
    return new GateRule(
        "trained",
        passed,
        text(
            "%+.4f (95 %% interval %+.4f to %+.4f, %d prompts); it must lie above %s%s",
            rise.mean(), rise.low(), rise.high(), rise.prompts(), settings.margin(), noise));
  }

  private List<GateRule> heldOut(EvaluationRecord candidate, EvaluationRecord incumbent) {
    List<GateRule> rules = new ArrayList<>();
    for (Map.Entry<String, HeldOutReward> reward : candidate.reward().entrySet()) {
      HeldOutReward before = incumbent.reward().get(reward.getKey());
      if (!reward.getValue().trained() && before != null) {
        double least = before.mean() - settings.heldOutTolerance() * Math.abs(before.mean());
        rules.add(
            new GateRule(
                "held-out." + reward.getKey(),
                reward.getValue().mean() >= least,
                text(
                    "%.4f, promoted %.4f; it must be at least %.4f",
                    reward.getValue().mean(), before.mean(), least)));
      }
    }
    return rules;
  }

  private GateRule diversity(EvaluationRecord candidate, EvaluationRecord incumbent) {
    if (Double.isNaN(candidate.diversity()) && Double.isNaN(incumbent.diversity())) {
      return new GateRule("diversity", true, "one image a prompt: not measured");
    }
    double least = settings.diversity() * incumbent.diversity();
    return new GateRule(
        "diversity",
        candidate.diversity() >= least,
        text(
            "%.4f, promoted %.4f; it must be at least %.4f",
            candidate.diversity(), incumbent.diversity(), least));
  }

  private static List<GateRule> drift(
      String rule, EvaluationRecord candidate, EvaluationRecord from, double limit, String what) {
    List<GateRule> rules = new ArrayList<>();
    for (String name : ImageStatistics.names()) {
      double now = candidate.images().of(name);
      double then = from.images().of(name);
      if (!Double.isNaN(now) || !Double.isNaN(then)) {
        double moved = Math.abs(now - then) / Math.max(Math.abs(then), LEAST);
        rules.add(
            new GateRule(
                rule + "." + name.replace('_', '-'),
                moved <= limit,
                text(
                    "%.4f, %s %.4f: moved by %.1f %%; at most %.1f %%",
                    now, what, then, 100 * moved, 100 * limit)));
      }
    }
    return rules;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
