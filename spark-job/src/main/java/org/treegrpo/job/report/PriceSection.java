package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/** How the pictures changed in what no reward asks for: image statistics and diversity. */
final class PriceSection {

  private static final String LINE = "var(--soft)";
  private static final String BASE = "var(--masked)";

  /** A change by less than this share is not worth a word. */
  private static final double NOTABLE = 0.2;

  private static final Map<String, String> TITLES = titles();

  private PriceSection() {}

  private static Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("border_noise", "Noise of the paper");
    titles.put("periodic", "Pattern that repeats with the patch");
    titles.put("high_frequency", "Fine detail (high frequencies)");
    titles.put("brightness", "Brightness");
    titles.put("saturation", "Saturation");
    titles.put("contrast", "Contrast");
    titles.put("edges", "Share of edges");
    titles.put("between_prompts", "Difference between prompts");
    return titles;
  }

  /** What people call a statistic. */
  static String title(String name) {
    return TITLES.getOrDefault(name, name);
  }

  static String html(RunData data) {
    Html charts = new Html();
    TITLES.forEach((name, title) -> chart(charts, data, title, record -> record.images().of(name)));
    chart(charts, data, "Difference within a prompt", EvaluationRecord::diversity);
    if (charts.toString().isEmpty()) {
      return "";
    }
    return new Html()
        .raw("<section><h2>What did it cost?</h2><p>")
        .text(
            "Statistics of the held-out pictures that no reward asks for. Where one moves away from"
                + " the base, the pale line, training has found something else to please its judge"
                + " with, or drifts. ")
        .text(sentence(data).orElse(""))
        .raw("</p><div class=\"charts small\">")
        .raw(charts.toString())
        .raw("</div></section>")
        .toString();
  }

  /** What changed most, in a sentence for everybody; empty where nothing is known. */
  static Optional<String> sentence(RunData data) {
    Optional<EvaluationRecord> before = data.evaluationBefore();
    Optional<EvaluationRecord> after = data.evaluationAfter();
    if (before.isEmpty() || after.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Double> base = figures(before.get());
    Map<String, Double> now = figures(after.get());
    List<String> changes = new ArrayList<>();
    boolean known = false;
    for (Map.Entry<String, Double> figure : base.entrySet()) {
      double from = figure.getValue();
      double to = now.getOrDefault(figure.getKey(), Double.NaN);
      if (Double.isNaN(from) || Double.isNaN(to)) {
        continue;
      }
      known = true;
      if (Math.abs(to - from) > NOTABLE * Math.abs(from)) {
        changes.add(
            "%s %s → %s"
                .formatted(
                    figure.getKey().toLowerCase(Locale.ROOT),
                    Figures.number(from),
                    Figures.number(to)));
      }
    }
    if (!known) {
      return Optional.empty();
    }
    return Optional.of(
        changes.isEmpty()
            ? "What it cost: no statistic of the pictures moved by more than a fifth."
            : "What it cost: " + String.join("; ", changes) + ".");
  }

  private static Map<String, Double> figures(EvaluationRecord record) {
    Map<String, Double> figures = new LinkedHashMap<>();
    TITLES.forEach((name, title) -> figures.put(title, record.images().of(name)));
    figures.put("Difference within a prompt", record.diversity());
    return figures;
  }

  private static void chart(
      Html out, RunData data, String title, ToDoubleFunction<EvaluationRecord> value) {
    List<Point> points =
        data.evaluations().stream()
            .map(record -> new Point(record.round(), value.applyAsDouble(record), 0))
            .toList();
    if (points.isEmpty()) {
      return;
    }
    double base = points.get(0).y();
    LineChart chart =
        new LineChart(300, 150, "round", Figures::tick)
            .include(0)
            .add(
                new Series(
                    "at the start",
                    BASE,
                    true,
                    points.stream().map(point -> new Point(point.x(), base, 0)).toList()))
            .add(new Series(title, LINE, false, points));
    String svg = chart.svg(title);
    if (!svg.isEmpty()) {
      out.format("<div><h3>%s</h3>", title).raw(svg).raw("</div>");
    }
  }
}
