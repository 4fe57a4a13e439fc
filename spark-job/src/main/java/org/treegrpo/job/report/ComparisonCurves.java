package org.treegrpo.job.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.treegrpo.job.report.ComparisonData.Mean;
import org.treegrpo.job.report.ComparisonData.Spent;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/** Scores against what was spent: curves, who is where first, and the Pareto front. */
final class ComparisonCurves {

  private final ComparisonScores scores;
  private final Html out = new Html();

  private ComparisonCurves(ComparisonScores scores) {
    this.scores = scores;
  }

  static String html(ComparisonScores scores) {
    ComparisonCurves section = new ComparisonCurves(scores);
    section.curves();
    section.times();
    section.pareto();
    return section.out.toString();
  }

  private void curves() {
    out.raw("<section><h2>Held-out score against what was spent</h2><p>")
        .text(
            "The lines are means over the seeds, the bands one standard deviation. What was trained"
                + " on and what was not stand side by side: where only the first rises, training"
                + " has pleased its judge and nobody else.")
        .raw("</p>");
    for (Spent spent : Spent.values()) {
      out.format("<h3>Against %s</h3><div class=\"charts\">", spent.label());
      for (String reward : scores.data().rewards()) {
        LineChart chart = new LineChart(480, 240, spent.label(), Figures::tick);
        for (String variant : scores.data().index().variants()) {
          chart.add(
              series(variant, scores.data().mean(variant, spent, ComparisonData.score(reward))));
        }
        out.chart(reward + (scores.data().isTrained(reward) ? "" : ", not trained on"), chart);
      }
      out.raw("</div>");
    }
    out.raw("</section>");
  }

  private Series series(String variant, Mean mean) {
    return new Series(
        variant,
        scores.colour(variant),
        false,
        IntStream.range(0, mean.x().length)
            .mapToObj(i -> new Point(mean.x()[i], mean.mean()[i], mean.spread()[i]))
            .toList());
  }

  /** When a variant's mean reaches what another one has at its end. */
  private void times() {
    if (scores.judge().isEmpty()) {
      return;
    }
    String reward = scores.judge().get();
    List<String> variants = scores.data().index().variants();
    out.raw("<section><h2>Seconds to the score that another one ends with</h2><p>")
        .text(
            "By “%s”: each row's mean curve, as a share of the time that the column's took to its"
                    .formatted(reward)
                + " end. Below 1 is faster, 0 is there at its start, – is never.")
        .raw("</p>")
        .scroll("seconds to another one's score")
        .raw("<table class=\"tight\"><tr><th></th>");
    variants.forEach(variant -> out.format("<th>%s</th>", variant));
    out.raw("</tr>");
    for (String row : variants) {
      out.format("<tr><th>%s</th>", row);
      Mean curve = scores.data().mean(row, Spent.SECONDS, ComparisonData.score(reward));
      for (String column : variants) {
        Mean other = scores.data().mean(column, Spent.SECONDS, ComparisonData.score(reward));
        double share = Double.NaN;
        if (other.x().length > 0) {
          double goal = other.mean()[other.mean().length - 1];
          share = curve.curve().reaches(goal) / other.curve().end();
        }
        out.format("<td>%s</td>", Double.isNaN(share) ? "–" : Figures.number(share));
      }
      out.raw("</tr>");
    }
    out.raw("</table></div></section>");
  }

  /** Normalised score (r - base) / (best - base), the mean over rewards, against s a round. */
  private void pareto() {
    Map<String, Point> points = new LinkedHashMap<>();
    for (String variant : scores.data().index().variants()) {
      double score = scores.normalised(variant);
      double seconds = ComparisonScores.mean(scores.rounds(variant), Spent.SECONDS::of);
      if (!Double.isNaN(score) && !Double.isNaN(seconds)) {
        points.put(variant, new Point(seconds, score, 0));
      }
    }
    if (points.isEmpty()) {
      return;
    }
    out.raw("<section><h2>Pareto front</h2><p>")
        .text(
            "Normalised score, (r − base) / (best − base), the mean over the held-out rewards,"
                + " against the seconds of a round. On the front nobody is both faster and better.")
        .raw("</p>");
    LineChart chart = new LineChart(640, 260, "seconds a round", Figures::tick).include(0);
    chart.add(
        new Series(
            "front",
            "var(--masked)",
            true,
            points.values().stream()
                .filter(point -> points.values().stream().noneMatch(other -> beats(other, point)))
                .sorted((a, b) -> Double.compare(a.x(), b.x()))
                .toList()));
    points.forEach(
        (variant, point) ->
            chart.add(new Series(variant, scores.colour(variant), false, List.of(point))));
    out.raw("<div class=\"wide\">").raw(chart.svg("Pareto front")).raw("</div></section>");
  }

  private static boolean beats(Point one, Point other) {
    return one.x() <= other.x()
        && one.y() >= other.y()
        && (one.x() < other.x() || one.y() > other.y());
  }
}
