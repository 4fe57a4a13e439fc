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
    rules.addAll(heldOut("held-out", candidate, incumbent, settings.heldOutTolerance()));
    rules.addAll(heldOut("held-out-total", candidate, base, settings.heldOutTotal()));
    rules.add(
        diversity("diversity", candidate.figures(), incumbent.figures(), settings.diversity()));
    rules.add(
        diversity(
            "diversity-total", candidate.figures(), base.figures(), settings.diversityTotal()));
    rules.addAll(drift("drift", candidate.figures(), incumbent.figures(), settings.drift()));
    rules.addAll(drift("drift-total", candidate.figures(), base.figures(), settings.driftTotal()));
    return GateVerdict.of(rules);
  }

  private GateRule trained(Judged candidate, Judged incumbent) {
    PairedBootstrap rise =
        PairedBootstrap.of(candidate.trained(), incumbent.trained(), settings.resamples(), seed);
    int asked = candidate.trained().length;
    if (rise.prompts() < asked) {
      return new GateRule(
          "trained",
          false,
          text(
              "%d of %d prompts lack a score; what is not measured is not held",
              asked - rise.prompts(), asked));
    }
    if (asked < settings.prompts()) {
      return new GateRule(
          "trained",
          false,
          text("%d held-out prompts; it needs at least %d", asked, settings.prompts()));
    }
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

  private static List<GateRule> heldOut(
      String rule, Judged candidate, Judged from, double tolerance) {
    List<GateRule> rules = new ArrayList<>();
    for (Map.Entry<String, HeldOutReward> reward : candidate.figures().reward().entrySet()) {
      String name = reward.getKey();
      HeldOutReward before = from.figures().reward().get(name);
      if (!reward.getValue().trained() && before != null) {
        long missing = candidate.missing(name) + from.missing(name);
        double now = reward.getValue().mean();
        double least = before.mean() - tolerance * Math.abs(before.mean());
        rules.add(
            new GateRule(
                rule + "." + name,
                missing == 0 && now >= least,
                missing > 0
                    ? text("%d images lack a score; what is not measured is not held", missing)
                    : text(
                        "%.4f, before %.4f; it must be at least %.4f", now, before.mean(), least)));
      }
    }
    if (rules.isEmpty()) {
      rules.add(
          new GateRule(rule, true, "no reward is held out: only those that are trained judge"));
    }
    return rules;
  }

  private static GateRule diversity(
      String rule, EvaluationRecord candidate, EvaluationRecord from, double share) {
    if (Double.isNaN(candidate.diversity()) && Double.isNaN(from.diversity())) {
      return new GateRule(rule, true, "one image a prompt: not measured");
    }
    double least = share * from.diversity();
    return new GateRule(
        rule,
        candidate.diversity() >= least,
        text(
            "%.4f, before %.4f; it must be at least %.4f",
            candidate.diversity(), from.diversity(), least));
  }

  private static List<GateRule> drift(
      String rule, EvaluationRecord candidate, EvaluationRecord from, double limit) {
    List<GateRule> rules = new ArrayList<>();
    for (String name : ImageStatistics.names()) {
      double now = candidate.images().of(name);
      double then = from.images().of(name);
      if (!Double.isNaN(now) || !Double.isNaN(then)) {
        double moved = ImageStatistics.moved(then, now);
        rules.add(
            new GateRule(
                rule + "." + name.replace('_', '-'),
                moved <= limit,
                text(
                    "%.4f, before %.4f: moved by %.1f %%; at most %.1f %%",
                    now, then, 100 * moved, 100 * limit)));
      }
    }
    return rules;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
