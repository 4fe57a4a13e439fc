package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.treegrpo.job.gate.Drift;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/**
 * Curves over all nights that were judged. Each night draws prompts of its own, so scores are shown
 * as the rise over the base on the same prompts.
 */
final class NightTrends {
  private static final String CANDIDATE = "var(--orange)";
  private static final String IN_FORCE = "var(--blue)";
  private static final int WIDTH = 480;
  private static final int HEIGHT = 210;

  private NightTrends() {}

  static String html(List<NightRow> rows) {
    if (rows.stream().filter(row -> row.judgement().isPresent()).count() < 2) {
      return "";
    }
    Html out = new Html();
    out.raw(
            "<section><h2>From night to night</h2><p>Each night’s result, and what was in force when it was judged, against the base on the same held-out prompts.</p>")
        .raw(
            "<div class=\"legend\"><span style=\"--swatch:var(--orange)\">the night’s result</span>")
        .raw(
            "<span style=\"--swatch:var(--blue)\">in force until then</span></div><div class=\"charts\">");
    for (String reward : rewards(rows)) {
      if (rows.stream().filter(row -> isScored(row, reward)).count() < 2) {
        continue; // a night's own
      }
      LineChart chart = new LineChart(WIDTH, HEIGHT, "night", Figures::tick).include(0);
      chart.add(
          series(
              rows,
              "in force",
              IN_FORCE,
              true,
              one -> rise(one, one.figures().incumbent(), reward)));
      chart.add(
          series(
              rows,
              "result",
              CANDIDATE,
              false,
              one -> rise(one, one.figures().candidate(), reward)));
      out.chart("Rise of " + reward, chart);
    }
    LineChart drift = new LineChart(WIDTH, HEIGHT, "night", Figures::percent).include(0);
    drift.add(
        series(rows, "in force", IN_FORCE, true, one -> drift(one, one.figures().incumbent())));
    drift.add(
        series(rows, "result", CANDIDATE, false, one -> drift(one, one.figures().candidate())));
    out.chart("Images: farthest statistic from the base", drift);
    LineChart diversity = new LineChart(WIDTH, HEIGHT, "night", Figures::percent).include(1);
    diversity.add(
        series(rows, "in force", IN_FORCE, true, one -> diversity(one, one.figures().incumbent())));
    diversity.add(
        series(rows, "result", CANDIDATE, false, one -> diversity(one, one.figures().candidate())));
    out.chart("Diversity, as a share of the base’s", diversity);
    return out.raw("</div></section>").toString();
  }

  private static boolean isScored(NightRow row, String reward) {
    return row.judgement()
        .filter(one -> one.figures().candidate().reward().containsKey(reward))
        .isPresent();
  }

  private static Set<String> rewards(List<NightRow> rows) {
    Set<String> rewards = new LinkedHashSet<>();
    for (NightRow row : rows) {
      row.judgement().ifPresent(one -> rewards.addAll(one.figures().candidate().reward().keySet()));
    }
    return rewards;
  }

  private static Series series(
      List<NightRow> rows,
      String name,
      String colour,
      boolean dashed,
      Function<Judgement, Double> figure) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      double value = rows.get(i).judgement().map(figure).orElse(Double.NaN);
      points.add(new Point(i + 1.0, value, 0));
    }
    return new Series(name, colour, dashed, points);
  }

  private static double rise(Judgement judgement, EvaluationRecord of, String reward) {
    HeldOutReward now = of.reward().get(reward);
    HeldOutReward base = judgement.figures().base().reward().get(reward);
    return now == null || base == null ? Double.NaN : now.mean() - base.mean();
  }

  private static double drift(Judgement judgement, EvaluationRecord of) {
    return Drift.greatest(of.images(), judgement.figures().base().images())
        .map(Drift::share)
        .orElse(Double.NaN);
  }

  private static double diversity(Judgement judgement, EvaluationRecord of) {
    double base = judgement.figures().base().diversity();
    return base > 0 ? of.diversity() / base : Double.NaN;
  }
}
