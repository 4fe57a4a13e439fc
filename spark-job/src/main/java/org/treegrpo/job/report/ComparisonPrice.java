package org.treegrpo.job.report;

import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.report.ComparisonData.Mean;
import org.treegrpo.job.report.ComparisonData.Spent;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/** What a higher score was bought with. */
final class ComparisonPrice {

  private final ComparisonScores scores;
  private final Html out = new Html();

  private ComparisonPrice(ComparisonScores scores) {
    this.scores = scores;
  }

  static String html(ComparisonScores scores) {
    ComparisonPrice section = new ComparisonPrice(scores);
    section.price();
    return section.out.toString();
  }

  /** Each statistic against the score: what a higher score was bought with. */
  private void price() {
    if (scores.judge().isEmpty()) {
      return;
    }
    String reward = scores.judge().get();
    out.raw("<section><h2>The price paid</h2><p>")
        .text(
            "Statistics of the held-out pictures that no reward asks for, against “%s” on the way"
                    .formatted(reward)
                + " from the base. Lines that rise or fall steeply bought their score with"
                + " something else.")
        .raw("</p><div class=\"charts\">");
    for (String name : ImageStatistics.names()) {
      priceChart(PriceSection.title(name), reward, record -> record.images().of(name));
    }
    priceChart("Difference within a prompt", reward, EvaluationRecord::diversity);
    out.raw("</div>")
        .scroll("statistics of the pictures")
        .raw("<table class=\"tight\"><tr><th>at the end</th>");
    ImageStatistics.names().forEach(name -> out.format("<th>%s</th>", PriceSection.title(name)));
    out.raw("<th>Difference within a prompt</th></tr>");
    for (String variant : scores.data().index().variants()) {
      priceRow(
          variant,
          figure ->
              Figures.number(scores.data().base(variant, figure))
                  + " → "
                  + Figures.spread(scores.data().last(variant, figure)));
    }
    out.raw("</table></div></section>");
  }

  private void priceRow(String name, Function<ToDoubleFunction<EvaluationRecord>, String> show) {
    out.format("<tr><th>%s</th>", name);
    for (String statistic : ImageStatistics.names()) {
      out.format("<td>%s</td>", show.apply(record -> record.images().of(statistic)));
    }
    out.format("<td>%s</td></tr>", show.apply(EvaluationRecord::diversity));
  }

  private void priceChart(
      String title, String reward, ToDoubleFunction<EvaluationRecord> statistic) {
    LineChart chart = new LineChart(480, 220, reward, Figures::tick).include(0);
    for (String variant : scores.data().index().variants()) {
      Mean score = scores.data().mean(variant, Spent.SECONDS, ComparisonData.score(reward));
      Mean price = scores.data().mean(variant, Spent.SECONDS, statistic);
      chart.add(
          new Series(
              variant,
              scores.colour(variant),
              false,
              IntStream.range(0, score.x().length)
                  .filter(i -> !Double.isNaN(score.mean()[i]))
                  .mapToObj(i -> new Point(score.mean()[i], price.mean()[i], 0))
                  .toList()));
    }
    out.chart(title, chart);
  }
}
