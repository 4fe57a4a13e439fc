package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.report.ComparisonData.Member;

/** Differences to the first variant, seed by seed. */
final class ComparisonDifferences {

  /** Of Student's distribution: two-sided 95 %, by degrees of freedom from 1 on. */
  private static final double[] T95 = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228
  };

  private static final double NORMAL95 = 1.96;

  private final ComparisonScores scores;
  private final Html out = new Html();

  private ComparisonDifferences(ComparisonScores scores) {
    this.scores = scores;
  }

  static String html(ComparisonScores scores) {
    ComparisonDifferences section = new ComparisonDifferences(scores);
    section.differences();
    return section.out.toString();
  }

  /** Of the same seed, to the first variant. */
  private void differences() {
    List<String> variants = scores.data().index().variants();
    String first = variants.get(0);
    out.format(
            "<section><h2>Differences to %s, seed by seed</h2><p>At the end of the budget, the mean of"
                + " the differences and its 95%% interval over seeds.</p>",
            first)
        .scroll("differences, seed by seed")
        .raw("<table class=\"tight\"><tr><th></th>");
    scores.data().rewards().forEach(reward -> out.format("<th>%s</th>", reward));
    out.raw("</tr>");
    for (String variant : variants.subList(1, variants.size())) {
      out.format("<tr><th>%s</th>", variant);
      for (String reward : scores.data().rewards()) {
        out.format("<td>%s</td>", interval(paired(variant, first, reward)));
      }
      out.raw("</tr>");
    }
    out.raw("</table></div></section>");
  }

  private double[] paired(String variant, String first, String reward) {
    ToDoubleFunction<EvaluationRecord> score = ComparisonData.score(reward);
    List<Double> differences = new ArrayList<>();
    for (Member member : scores.data().of(variant)) {
      for (Member other : scores.data().of(first)) {
        if (member.place().seed() == other.place().seed()
            && member.last().isPresent()
            && other.last().isPresent()) {
          differences.add(
              score.applyAsDouble(member.last().get()) - score.applyAsDouble(other.last().get()));
        }
      }
    }
    return differences.stream()
        .mapToDouble(Double::doubleValue)
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  private static String interval(double[] differences) {
    if (differences.length == 0) {
      return "–";
    }
    String mean = Figures.difference(ComparisonData.mean(differences));
    if (differences.length == 1) {
      return mean + " (one seed)";
    }
    double t = differences.length - 2 < T95.length ? T95[differences.length - 2] : NORMAL95;
    double half = t * ComparisonData.std(differences) / Math.sqrt(differences.length);
    return mean + " ± " + Figures.number(half);
  }
}
