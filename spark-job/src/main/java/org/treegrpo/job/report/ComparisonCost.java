package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.report.ComparisonData.Spent;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/** What a round of each variant costs, and where the time of the comparison went. */
final class ComparisonCost {

  private final ComparisonScores scores;
  private final Html out = new Html();

  private ComparisonCost(ComparisonScores scores) {
    this.scores = scores;
  }

  static String html(ComparisonScores scores) {
    ComparisonCost section = new ComparisonCost(scores);
    section.rounds();
    section.seconds();
    return section.out.toString();
  }

  /** Every round's seconds against its evaluations, and the law that fits them. */
  private void rounds() {
    LineChart chart =
        new LineChart(
            640, 260, Spent.EVALUATIONS.label(), value -> Figures.count(Math.round(value)));
    List<List<RoundMetrics>> all = new ArrayList<>();
    for (String variant : scores.data().index().variants()) {
      List<RoundMetrics> rounds =
          scores.data().of(variant).stream()
              .flatMap(member -> CostLaw.settled(member.run().rounds()).stream())
              .toList();
      all.add(rounds);
      for (RoundMetrics round : rounds) {
        Point point = new Point(Spent.EVALUATIONS.of(round), Spent.SECONDS.of(round), 0);
        chart.add(new Series(variant, scores.colour(variant), false, List.of(point)));
      }
    }
    String svg = chart.svg("seconds a round");
    if (svg.isEmpty()) {
      return;
    }
    out.raw("<section><h2>What a round costs</h2><p>")
        .text("Seconds of each round against its evaluations of the network, training included.")
        .raw("</p><div class=\"wide\">")
        .raw(svg)
        .raw("</div>")
        .raw(CostLaw.ofVariants(all))
        .raw("</section>");
  }

  private void seconds() {
    double total = sum(TurnRecord::totalSeconds);
    if (total == 0) {
      return;
    }
    double trained = sum(TurnRecord::trainedSeconds);
    double evaluation = sum(TurnRecord::evaluationSeconds);
    double change = sum(TurnRecord::changeSeconds);
    out.raw("<section><h2>Where the time went</h2><p>")
        .text(
            String.format(
                Locale.ROOT,
                "%d turns took %s: %s of training, %s of evaluation, %s to change from one run to"
                    + " the next (booked to nobody), %s for checkpoints, audit and pictures.",
                scores.data().turns().size(),
                Figures.duration(total),
                Figures.duration(trained),
                Figures.duration(evaluation),
                Figures.duration(change),
                Figures.duration(total - trained - evaluation - change)))
        .raw("</p></section>");
  }

  private double sum(ToDoubleFunction<TurnRecord> seconds) {
    return scores.data().turns().stream().mapToDouble(seconds).sum();
  }
}
